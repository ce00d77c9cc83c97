import type { JsonObject } from "../../../src/contract/json.ts";
import { lookUp, type RecordReader, shownValue } from "../../../src/contract/read-record.ts";
import { regionCode } from "./aws-region-names.ts";
import { productDescriptionOf } from "./rds-engine-names.ts";

/** A kind of `InstanceDetails`: the service, and what of a recommendation its fields say. */
interface ReservedKind {
  readonly service: string;
  read(details: RecordReader): JsonObject;
}

/**
 * By the name of the object in `InstanceDetails`.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_InstanceDetails.html
 */
export const reservedKinds: Readonly<Record<string, ReservedKind>> = {
  EC2InstanceDetails: {
    service: "ec2",
    read: (details) => {
      const zone = details.text("AvailabilityZone");
      return {
        instanceType: typeIn(details, "InstanceType"),
        platform: needed(details, "Platform"),
        ...tenancyOf(details),
        // An empty zone does not say that the whole region is meant.
        ...(zone === undefined ? {} : { scope: "Availability Zone", availabilityZone: zone }),
      };
    },
  },
  RDSInstanceDetails: {
    service: "rds",
    read: (details) => ({
      instanceClass: typeIn(details, "InstanceType"),
      productDescription: databaseOf(details),
      ...deploymentOf(details),
    }),
  },
  ElastiCacheInstanceDetails: {
    service: "elasticache",
    read: (details) => ({ nodeType: typeIn(details, "NodeType"), productDescription: cacheEngineOf(details) }),
  },
  MemoryDBInstanceDetails: {
    service: "memorydb",
    read: (details) => ({ nodeType: typeIn(details, "NodeType") }),
  },
  RedshiftInstanceDetails: {
    service: "redshift",
    read: (details) => ({ nodeType: typeIn(details, "NodeType") }),
  },
  ESInstanceDetails: {
    service: "opensearch",
    read: (details) => {
      const [family, size] = [needed(details, "InstanceClass"), needed(details, "InstanceSize")];
      // The service's own rename: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/rename.html
      return { instanceType: `${family}.${size.replace(/\.(search|elasticsearch)$/, "")}.search` };
    },
  },
};

/** The type in a field, of the family that the record names beside it. */
function typeIn(details: RecordReader, field: string): string {
  const [type, family] = [needed(details, field), details.text("Family")];
  // What is no code (`Memory optimized`) says nothing about the type.
  if (family === undefined || type === "" || !/^[a-z0-9-]*\d[a-z0-9-]*$/i.test(bare(family))) return type;
  if (!bare(type).startsWith(`${bare(family)}.`)) {
    details.fail("Family", `is ${shownValue(family)}, and ${field} is ${shownValue(type)}`);
  }
  return type;
}

/** `r6g.large` for `db.r6g.large`: families are named with and without the service. */
const bare = (text: string) => text.toLowerCase().replace(/^(?:db|cache)\./, "");

/** A text that has to be there. */
export function needed(reader: RecordReader, field: string): string {
  const text = reader.text(field);
  if (text === undefined) reader.fail(field, "is missing");
  return text ?? "";
}

/** The code of the region in a field, which may name it in words. */
export function regionIn(reader: RecordReader, field: string): string {
  const text = needed(reader, field);
  const code = text === "" ? "" : regionCode(text);
  if (code === undefined) reader.fail(field, `is ${shownValue(text)}, and no region of AWS is known by that name`);
  return code ?? "";
}

/** Cost Explorer says `Shared` for what EC2 calls `default`. */
const tenancies: Readonly<Record<string, string>> = { shared: "default", default: "default", dedicated: "dedicated" };

function tenancyOf(details: RecordReader): JsonObject {
  const text = details.text("Tenancy");
  if (text === undefined) return {};
  const tenancy = lookUp(tenancies, text.toLowerCase());
  if (tenancy === undefined) {
    details.fail("Tenancy", `is ${shownValue(text)}: Reserved Instances are sold for shared and for dedicated tenancy`);
  }
  return { tenancy };
}

function databaseOf(details: RecordReader): string {
  const found = productDescriptionOf({
    engine: details.text("DatabaseEngine"),
    edition: details.text("DatabaseEdition"),
    licence: details.text("LicenseModel"),
  });
  if ("description" in found) return found.description;
  details.fail(found.field, found.message);
  return "";
}

const deployments: Readonly<Record<string, boolean>> = { "single-az": false, "multi-az": true };

function deploymentOf(details: RecordReader): JsonObject {
  const text = details.text("DeploymentOption");
  if (text === undefined) return {};
  const multiAz = lookUp(deployments, text.toLowerCase());
  if (multiAz === undefined) {
    details.fail("DeploymentOption", `is ${shownValue(text)}: reserved are Single-AZ and Multi-AZ instances`);
  }
  return { multiAz };
}

const cacheEngines = ["redis", "memcached", "valkey"];

function cacheEngineOf(details: RecordReader): string {
  const text = needed(details, "ProductDescription");
  const engine = text.toLowerCase();
  if (text !== "" && !cacheEngines.includes(engine)) {
    details.fail("ProductDescription", `is ${shownValue(text)}: known are ${cacheEngines.join(", ")}`);
  }
  return engine;
}
