// Takes from the service models that AWS publishes what our requests and the imitation's answers are held against:
//   node tools/aws-models.ts FOLDER VERSION DATE
// FOLDER is `botocore/data` of an installation of botocore of that version; the parts go to fixtures/aws-models, one file a service.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";

/** What may stand in one place of a request or an answer, by the names on the wire. */
export interface ModelPart {
  /** `structure`, `list`, `map`, or a plain type: `string`, `integer`. */
  readonly type: string;
  readonly members?: Readonly<Record<string, ModelPart>>;
  readonly required?: readonly string[];
  /** Of a list or a map. */
  readonly of?: ModelPart;
  /** How the members of a list are called where the protocol gives them a name. */
  readonly item?: string;
  readonly enum?: readonly string[];
}

/** One call. */
export interface ModelOperation {
  readonly method: string;
  readonly path: string;
  readonly input: ModelPart;
  readonly output: ModelPart;
}

/** The calls of one service. */
export interface ServiceModel {
  readonly source: string;
  readonly taken: string;
  /** `query`, `ec2`, `json`, `rest-json`. */
  readonly protocol: string;
  readonly operations: Readonly<Record<string, ModelOperation>>;
}

/** The calls that a purchase makes, by the name of the service's folder. */
export const usedOperations: Readonly<Record<string, readonly string[]>> = {
  ec2: [
    "DescribeReservedInstancesOfferings",
    "PurchaseReservedInstancesOffering",
    "DescribeReservedInstances",
    "CreateTags",
    "DescribeHostReservationOfferings",
    "GetHostReservationPurchasePreview",
    "PurchaseHostReservation",
    "DescribeHostReservations",
  ],
  rds: ["DescribeReservedDBInstancesOfferings", "PurchaseReservedDBInstancesOffering", "DescribeReservedDBInstances"],
  elasticache: [
    "DescribeReservedCacheNodesOfferings",
    "PurchaseReservedCacheNodesOffering",
    "DescribeReservedCacheNodes",
  ],
  memorydb: ["DescribeReservedNodesOfferings", "PurchaseReservedNodesOffering", "DescribeReservedNodes"],
  opensearch: ["DescribeReservedInstanceOfferings", "PurchaseReservedInstanceOffering", "DescribeReservedInstances"],
  redshift: [
    "DescribeReservedNodeOfferings",
    "PurchaseReservedNodeOffering",
    "DescribeReservedNodes",
    "CreateTags",
    "DescribeTags",
  ],
  "redshift-serverless": ["ListReservationOfferings", "CreateReservation", "ListReservations"],
  mediaconnect: ["ListOfferings", "PurchaseOffering", "ListReservations"],
  medialive: ["ListOfferings", "PurchaseOffering", "ListReservations"],
  savingsplans: ["DescribeSavingsPlansOfferings", "CreateSavingsPlan", "DescribeSavingsPlans"],
};

interface Reference {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly location?: string;
  readonly flattened?: boolean;
}

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly member?: Reference;
  readonly value?: Reference;
  readonly enum?: readonly string[];
}

interface PublishedModel {
  readonly metadata: { readonly protocol: string };
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly http: { readonly method: string; readonly requestUri: string };
        readonly input?: Reference;
        readonly output?: Reference;
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Longer enumerations (instance types, resource types) are a matter of the day, and would be most of a file. */
const longestEnum = 20;

/** The parts of a service's newest model below `botocore/data`. Throws where the folder or a call is not there. */
export function takeModel(folder: string, service: string, from: { source: string; taken: string }): ServiceModel {
  const [version] = readdirSync(resolve(folder, service)).toSorted().reverse();
  const file = resolve(folder, service, String(version), "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  const { metadata, operations, shapes } = JSON.parse(text.toString()) as PublishedModel;
  const isEc2 = metadata.protocol === "ec2";

  function wireName(name: string, { locationName, queryName }: Reference, isInput: boolean): string {
    if (!isEc2 || !isInput) return locationName ?? name;
    const given = queryName ?? locationName ?? name;
    return given.charAt(0).toUpperCase() + given.slice(1);
  }

  function partOf(reference: Reference | undefined, isInput: boolean, above: readonly string[] = []): ModelPart {
    if (reference === undefined) return { type: "structure", members: {} };
    const shape = shapes[reference.shape];
    if (shape === undefined) throw new Error(`${service} has no shape ${reference.shape}.`);
    const { type, members, required = [], member, value, enum: values } = shape;
    // A structure within itself is not looked into.
    if (above.includes(reference.shape)) return { type: "any" };
    const within = [...above, reference.shape];
    if (type === "structure") {
      const inBody = Object.entries(members ?? {}).filter(
        ([, one]) => one.location !== "uri" && one.location !== "header",
      );
      const named = inBody.map(([name, one]) => [name, wireName(name, one, isInput), one] as const);
      return {
        type,
        members: Object.fromEntries(named.map(([, wire, one]) => [wire, partOf(one, isInput, within)])),
        required: named.filter(([name]) => required.includes(name)).map(([, wire]) => wire),
      };
    }
    if (type === "list") return { type, of: partOf(member, isInput, within), item: member?.locationName ?? "member" };
    if (type === "map") return { type, of: partOf(value, isInput, within) };
    return { type, ...(values !== undefined && values.length <= longestEnum ? { enum: values } : {}) };
  }

  const taken = (usedOperations[service] ?? []).map((name): [string, ModelOperation] => {
    const operation = operations[name];
    if (operation === undefined) throw new Error(`${service} has no ${name}.`);
    const { method, requestUri: path } = operation.http;
    return [name, { method, path, input: partOf(operation.input, true), output: partOf(operation.output, false) }];
  });
  return { ...from, protocol: metadata.protocol, operations: Object.fromEntries(taken) };
}

if (process.argv[1] === import.meta.filename) {
  const [folder = "", version = "", taken = ""] = process.argv.slice(2);
  for (const service of Object.keys(usedOperations)) {
    const model = takeModel(folder, service, { source: `botocore ${version}, data/${service}`, taken });
    const file = resolve(import.meta.dirname, `../fixtures/aws-models/${service}.json`);
    writeFileSync(file, `${JSON.stringify(model)}\n`);
  }
}
