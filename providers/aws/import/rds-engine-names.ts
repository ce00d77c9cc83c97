import { lookUp } from "../../../src/contract/read-record.ts";

/** Open engines, as Cost Explorer names them: they have no edition, and need no licence. */
const openEngines: Readonly<Record<string, string>> = {
  mysql: "mysql",
  postgresql: "postgresql",
  mariadb: "mariadb",
  "aurora mysql": "aurora-mysql",
  "aurora postgresql": "aurora-postgresql",
};

/** Engines with a licence, by edition. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (`Engine`) */
const licensedEngines: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  oracle: {
    enterprise: "oracle-ee",
    standard: "oracle-se",
    "standard one": "oracle-se1",
    "standard two": "oracle-se2",
  },
  "sql server": {
    enterprise: "sqlserver-ee",
    standard: "sqlserver-se",
    web: "sqlserver-web",
    express: "sqlserver-ex",
  },
};

/** How a licence ends a product description. */
const licences: Readonly<Record<string, string>> = { "license included": "", "bring your own license": " (byol)" };

/** Engine, edition and licence, as Cost Explorer says them. */
export interface DatabaseNames {
  readonly engine: string | undefined;
  readonly edition: string | undefined;
  readonly licence: string | undefined;
}

/** The product description under which RDS sells it, or why that cannot be told: the field, and the end of a sentence. */
export function productDescriptionOf(
  names: DatabaseNames,
): { readonly description: string } | { readonly field: string; readonly message: string } {
  const [engine = "", edition = "", licence = ""] = [names.engine, names.edition, names.licence].map(plainName);
  const open = lookUp(openEngines, engine);
  if (open !== undefined) {
    if (edition !== "") return { field: "DatabaseEdition", message: `is "${edition}", and ${engine} has no editions` };
    const isFree = licence === "" || licence === "no license required";
    return isFree
      ? { description: open }
      : { field: "LicenseModel", message: `is "${licence}", and ${engine} needs no licence` };
  }
  const editions = lookUp(licensedEngines, engine);
  if (editions === undefined) {
    const known = [...Object.keys(openEngines), ...Object.keys(licensedEngines)].join(", ");
    return { field: "DatabaseEngine", message: `is ${said(engine)}: known are ${known}` };
  }
  const product = lookUp(editions, edition);
  if (product === undefined) {
    return { field: "DatabaseEdition", message: `is ${said(edition)}: known are ${Object.keys(editions).join(", ")}` };
  }
  const end = lookUp(licences, licence);
  if (end !== undefined) return { description: `${product}${end}` };
  const known = Object.keys(licences).join(", ");
  return { field: "LicenseModel", message: `is ${said(licence)}: known are ${known}, and they cost differently` };
}

/** `Standard Edition Two` and `standard two` are one. No name of an object's own members. */
function plainName(text: string | undefined): string | undefined {
  const plain = text
    ?.toLowerCase()
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .replaceAll(/\s+/g, " ");
  return plain
    ?.replace(/ edition\b/, "")
    .trim()
    .slice(0, 60);
}

function said(text: string): string {
  return text === "" ? "not said" : `"${text}"`;
}
