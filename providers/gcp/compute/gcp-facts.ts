import type { AskedFacts } from "../../../src/contract/executor.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { reservationIn } from "./gcp-reservation.ts";

/** A resource of machines. Amounts are int64 as text: memory in MB, local SSD in GB. */
interface DescribedResource {
  readonly type?: string | undefined;
  readonly amount?: string | undefined;
  /** By name, or as a link. */
  readonly acceleratorType?: string | undefined;
}

/** A commitment as it is asked for, or as Google shows it. */
export interface Described {
  readonly category?: string | undefined;
  readonly type?: string | undefined;
  readonly plan?: string | undefined;
  readonly autoRenew?: boolean | undefined;
  readonly resources: readonly DescribedResource[];
  readonly licenseResource?:
    | {
        readonly license?: string | undefined;
        readonly amount?: string | undefined;
        readonly coresPerLicense?: string | undefined;
      }
    | undefined;
  /** Links. Whether Google shows them is not documented. */
  readonly existingReservations?: readonly string[] | undefined;
}

/** All of a commitment that decides money, in the same words on both sides. */
export function factsOf({ category, type, plan, autoRenew, resources, licenseResource }: Described): Facts {
  const isLicense = category === "LICENSE";
  return {
    category,
    // Licences are of no type: https://cloud.google.com/compute/docs/reference/rest/v1/regionCommitments
    ...(isLicense ? {} : { type }),
    plan,
    // Google's default, where it says nothing.
    autoRenew: String(autoRenew ?? false),
    resources: isLicense && resources.length === 0 ? "none" : resourcesOf(resources),
    licenseResource: licenseOf(licenseResource),
  };
}

/** The same for a drive: what is attached to it is compared where Google shows it. */
export function askedFacts(asked: Described): AskedFacts {
  const existingReservations = reservationsOf(asked);
  return { decisive: factsOf(asked), ifStated: existingReservations === undefined ? {} : { existingReservations } };
}

/** All that a commitment says of itself. */
export function shownFacts(shown: Described): Facts {
  return { ...factsOf(shown), existingReservations: reservationsOf(shown) };
}

/** `ACCELERATOR nvidia-l4 4, MEMORY 32768, VCPU 8`: every resource with its amount; undefined where one of them is not said. */
function resourcesOf(resources: Described["resources"]): string | undefined {
  const list = resources.map(({ type, amount, acceleratorType }) => {
    if (!type || !amount) return undefined;
    if (type !== "ACCELERATOR") return `${type} ${amount}`;
    return `${type} ${acceleratorType?.split("/").at(-1) ?? "of a type that is not said"} ${amount}`;
  });
  return list.length === 0 || list.includes(undefined) ? undefined : list.toSorted().join(", ");
}

/** `projects/suse-sap-cloud/global/licenses/sles-sap-15 2, cores 3-4`; `none` for a commitment of machines. */
function licenseOf(resource: Described["licenseResource"]): string {
  if (resource === undefined) return "none";
  const { license, amount, coresPerLicense } = resource;
  const path = /(?:^|\/)(projects\/[^/]+\/global\/licenses\/[^/]+)$/.exec(license ?? "")?.[1];
  if (path === undefined || !amount) return "a licence that cannot be read";
  return `${path} ${amount}${coresPerLicense ? `, cores ${coresPerLicense}` : ""}`;
}

/** `us-central1-a/one, us-central1-b/two`; undefined where none is said. */
function reservationsOf({ existingReservations = [] }: Described): string | undefined {
  return existingReservations.map(reservationIn).toSorted().join(", ") || undefined;
}

/** What differs between a commitment that Google shows and one that was sent. */
export interface Compared {
  /** It says that it is something else; what it leaves out does not. */
  readonly isOther: boolean;
  /** `type is GENERAL_PURPOSE, not GENERAL_PURPOSE_N2; plan is not stated, not TWELVE_MONTH`; empty where nothing differs. */
  readonly differences: string;
}

/** Compares what Google shows under a name with what was sent under it. */
export function compare(sent: Described, shown: Described): Compared {
  const found = shownFacts(shown);
  const { decisive, ifStated } = askedFacts(sent);
  const fields = [
    ...Object.entries(decisive).filter(([field, asked]) => found[field] !== asked),
    ...Object.entries(ifStated).filter(([field, asked]) => found[field] !== undefined && found[field] !== asked),
  ];
  return {
    isOther: fields.some(([field]) => found[field] !== undefined),
    differences: fields.map(([field, asked]) => `${field} is ${found[field] ?? "not stated"}, not ${asked}`).join("; "),
  };
}
