import type { JsonObject, JsonValue } from "../../../src/contract/json.ts";
import {
  agreed,
  isObject,
  readRecord,
  type RecordReader,
  saidIn,
  shownValue,
} from "../../../src/contract/read-record.ts";
import {
  flagSetting,
  type RecommendationSource,
  type Setting,
  type SourceAnswer,
  type SourceProblem,
  type SourceRecord,
  textSetting,
  wordSetting,
} from "../../../src/contract/recommendation-source.ts";
import { families } from "../compute/gcp-families.ts";
import { plans, projectIdPattern } from "../compute/gcp-fields.ts";

const recommender = "google.compute.commitment.UsageCommitmentRecommender";
const wants = `what "gcloud recommender recommendations list --recommender=${recommender} --format=json" prints`;

/** Google names the project by its number, which may stand for any: each number has a project id of its own. */
const project: Setting = {
  ...textSetting("projectId", projectIdPattern, 'the id of the project, such as "my-project-123"'),
  isPerRecord: true,
};

/**
 * Google Cloud's Recommender of commitments of resources: what `gcloud recommender recommendations list` prints with
 * `--format=json`, or what its API answers.
 * https://cloud.google.com/recommender/docs/reference/rest/v1/projects.locations.recommenders.recommendations
 */
export const gcpRecommender: RecommendationSource = {
  title: "Google's Recommender",
  wants,
  settings: {
    compute: [project, wordSetting("term", Object.keys(plans)), flagSetting("autoRenew")],
  },
  facets: ["service", "term", "project", "region", "machineFamily", "subtype"],
  read(answer) {
    const list = isObject(answer) ? [answer] : Array.isArray(answer) ? (answer as readonly JsonValue[]) : [];
    const isPage = (value: JsonValue): value is JsonObject =>
      isObject(value) && Array.isArray(value["recommendations"]);
    if (list.length === 0 && !Array.isArray(answer)) return notWanted;
    if (isObject(answer) && !isPage(answer)) return notWanted;
    const problems: SourceProblem[] = [];
    const incomplete: string[] = [];
    const records = list.flatMap((value, index) => {
      const path = Array.isArray(answer) ? `[${index}]` : "";
      if (!isPage(value)) return [readAdvice(path, value)];
      const page = readRecord(path, value, problems);
      if (index === list.length - 1 && page.has("nextPageToken"))
        incomplete.push(path ? `${path}.nextPageToken` : "nextPageToken");
      return page.list("recommendations").map((each) => readAdvice(each.path, each.value));
    });
    return { records, problems, incomplete };
  },
};

const notWanted: SourceAnswer = { records: [], problems: [{ path: "", message: `is not ${wants}` }], incomplete: [] };

const termOf = new Map<string, string>(Object.entries(plans).map(([term, { plan }]) => [plan, term]));
const familyOf = new Map<string, string>(Object.entries(families).map(([name, { type }]) => [type, name]));

function readAdvice(path: string, value: JsonValue): SourceRecord {
  const record = readRecord(path, value);
  const name = record.text("name") ?? "";
  const [, owner, location, kind] = /^([a-zA-Z]+\/[^/]+)\/locations\/([^/]+)\/recommenders\/([^/]+)\//.exec(name) ?? [];
  if (kind !== recommender) {
    record.fail(
      "name",
      `names the recommender ${shownValue(kind)}: only recommendations of ${recommender} are bought here`,
    );
  }
  const state = record.object("stateInfo").text("state");
  if (state !== undefined && state !== "ACTIVE") {
    record.fail("stateInfo.state", `is ${shownValue(state)}: somebody has taken it up or dismissed it`);
  }
  const operation = kind === recommender ? commitmentIn(record) : undefined;
  const place = operation?.text("resource") ?? "";
  const [, named, inRegion] = /\/projects\/([^/]+)\/regions\/([^/]+)\//.exec(place) ?? [];
  const holder = named ?? owner?.replace(/^projects\//, "") ?? "";
  const commitment = operation?.object("value");
  const region = regionOf({ record, location, operation, inRegion, commitment });
  // A number and an id may be those of one project.
  const ofName = /^projects\/(.+)/.exec(owner ?? "")?.[1];
  if (named !== undefined && ofName !== undefined && named !== ofName && isNumber(named) === isNumber(ofName)) {
    operation?.fail("resource", `names the project ${shownValue(named)}, and name the project ${shownValue(ofName)}`);
  }
  const found = commitment && readCommitment(commitment);
  const isId = projectIdPattern.test(holder);
  const said = { region, ...found, ...(isId ? { projectId: holder } : {}) };
  const subtype = record.text("recommenderSubtype");
  const facets = {
    service: "compute",
    term: found?.term,
    project: holder,
    region,
    machineFamily: found?.machineFamily,
    subtype,
  };
  return {
    path,
    facets: Object.fromEntries(
      Object.entries(facets).flatMap(([facet, each]) => (each === undefined || each === "" ? [] : [[facet, each]])),
    ),
    fields:
      record.problems.length > 0
        ? undefined
        : Object.fromEntries(
            Object.entries({ provider: "gcp", service: "compute", ...said }).filter(([, each]) => each !== undefined),
          ),
    problems: record.problems,
    known: isId || holder === "" ? {} : { projectId: holder },
    usage: { key: JSON.stringify([holder, region, found?.machineFamily]), scope: undefined },
    note: noteOf(record.object("primaryImpact").object("costProjection")),
  };
}

/** The one commitment that it recommends; undefined, with a problem, for anything else. */
function commitmentIn(record: RecordReader): RecordReader | undefined {
  const content = record.object("content");
  const operations = content.objects("operationGroups").flatMap((group) => group.objects("operations"));
  const [first] = operations;
  if (first === undefined || operations.length > 1) {
    record.fail("content.operationGroups", `must hold one operation, not ${operations.length}`);
    return undefined;
  }
  const [type, action] = [first.text("resourceType") ?? "", first.text("action") ?? ""];
  if (!/(^|\/)commitments?$/i.test(type)) first.fail("resourceType", `is ${shownValue(type)}, and no commitment`);
  else if (action.toLowerCase() !== "add") first.fail("action", `is ${shownValue(action)}: only adding is buying`);
  else return first;
  return undefined;
}

const isNumber = (text: string) => /^\d+$/.test(text);

/** Where a commitment is to be: its name, its resource and its value may all say so. */
interface Located {
  readonly record: RecordReader;
  readonly location: string | undefined;
  readonly operation: RecordReader | undefined;
  readonly inRegion: string | undefined;
  readonly commitment: RecordReader | undefined;
}

function regionOf({ record, location, operation, inRegion, commitment }: Located): string | undefined {
  // The region of a commitment is a URL: https://cloud.google.com/compute/docs/reference/rest/v1/regionCommitments
  const own = commitment === undefined ? [] : saidIn([commitment], ["region"]);
  return agreed(
    [
      ...(operation === undefined ? [] : [{ from: operation, field: "resource", text: inRegion }]),
      { from: record, field: "name", text: location },
      ...own.map(({ text, ...rest }) => ({ ...rest, text: text?.split("/").at(-1) })),
    ],
    (text) => text.toLowerCase(),
  );
}

/** What makes another purchase of a commitment than is made here. */
const unsold = ["customEndTimestamp", "licenseResource", "mergeSourceCommitments", "splitSourceCommitment"];

function readCommitment(commitment: RecordReader) {
  for (const field of unsold) {
    if (commitment.has(field)) commitment.fail(field, "is said: a commitment with it is not bought here");
  }
  const [plan, type] = [commitment.text("plan"), commitment.text("type")];
  const term = plan === undefined ? undefined : termOf.get(plan);
  if (plan !== undefined && term === undefined) {
    commitment.fail("plan", `is ${shownValue(plan)}: known are ${[...termOf.keys()].join(", ")}`);
  }
  const machineFamily = type === undefined ? undefined : familyOf.get(type);
  if (machineFamily === undefined) {
    const known = [...familyOf.keys()].join(", ");
    commitment.fail(
      "type",
      type === undefined ? "is missing" : `is ${shownValue(type)}, which is not bought here: bought are ${known}`,
    );
  }
  const amounts = new Map<string, number | undefined>();
  for (const resource of commitment.objects("resources")) {
    const kind = resource.text("type") ?? "";
    if (kind !== "VCPU" && kind !== "MEMORY")
      resource.fail(
        "type",
        `is ${shownValue(kind)}: only VCPU and MEMORY are taken over; write it by hand, with the reservations that it needs`,
      );
    else if (amounts.has(kind)) resource.fail("type", `is ${kind} a second time`);
    else amounts.set(kind, resource.count("amount"));
  }
  for (const kind of ["VCPU", "MEMORY"]) {
    if (amounts.has(kind)) continue;
    commitment.fail("resources", `holds no ${kind}: a commitment that is bought here has vCPUs and memory`);
  }
  const autoRenew = commitment.flag("autoRenew");
  return { machineFamily, vcpus: amounts.get("VCPU"), memoryMb: amounts.get("MEMORY"), term, autoRenew };
}

/** Costs that become less are negative: units and nanos, https://cloud.google.com/recommender/docs/reference/rest/Shared.Types/Money */
function noteOf(projection: RecordReader): string | undefined {
  const cost = projection.object("cost");
  const [currency = "", units = "0", nanos = "0"] = ["currencyCode", "units", "nanos"].map((field) =>
    cost.plain(field),
  );
  const saved = -(Number(units) + Number(nanos) / 1e9);
  if (!(saved > 0) || saved > 1e12 || !/^[A-Z]{3}$/.test(currency)) return undefined;
  const [, seconds] = /^(\d{1,9})s$/.exec(projection.plain("duration") ?? "") ?? [];
  const days = seconds === undefined ? "" : ` in ${Math.round(Number(seconds) / 86_400)} days`;
  return `Google's Recommender estimates savings of ${saved.toFixed(2)} ${currency}${days}`;
}
