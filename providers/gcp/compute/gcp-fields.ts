// What every commitment of Compute Engine says alike: who buys, where, for how long.
import { z } from "zod";
import { about, matching, must, oneOf } from "../../../src/contract/field-schemas.ts";

/** A project's id, with the domain that older ones have (`example.com:my-project`): not its number, which names the same project. */
export const projectIdPattern = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** A region's name. */
export const regionPattern = /^[a-z]+-[a-z]+\d{1,2}$/;

/** The regions that are known here; there may be others. https://cloud.google.com/compute/docs/regions-zones */
export const regionNames =
  `africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2
asia-southeast1 asia-southeast2 australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-north2
europe-southwest1 europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-west10
europe-west12 me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2 northamerica-south1
southamerica-east1 southamerica-west1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4`.split(
    /\s/,
  );

/** The terms that Compute Engine sells: its plan, and the hours at Google's 730 a month. */
export const plans = {
  P1Y: { plan: "TWELVE_MONTH", usageType: "Commit1Yr", years: 1, months: 12, hours: 8_760 },
  P3Y: { plan: "THIRTY_SIX_MONTH", usageType: "Commit3Yr", years: 3, months: 36, hours: 26_280 },
} as const;

/** The term, in the words of every commitment of Compute Engine. */
export const termField = oneOf(["P1Y", "P3Y"]).meta(about("One year, or three.", { example: "P1Y", called: "plan" }));

/** Whether it is bought again. */
export const autoRenewField = z.boolean(must("must be true or false: true buys it again whenever it ends")).meta(
  about("Whether it is bought again, for another whole term, whenever it ends.", {
    example: false,
    called: "autoRenew",
  }),
);

/** Who buys. */
export const projectField = matching(
  projectIdPattern,
  'must be a project id such as "my-project-123" or "example.com:my-project", in lower case; not its number or name',
).meta(about("The project that buys and is charged, by its id.", { example: "my-project-123", called: "project" }));

/** Where what is bought covers usage. */
export const regionField = matching(regionPattern, 'must be a region such as "us-central1", in lower case').meta(
  about("The region whose usage it covers.", { example: "us-central1", called: "region", known: regionNames }),
);
