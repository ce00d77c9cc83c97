import { closestMatch } from "leven";
import { z } from "zod";
import { issueText, pathText } from "../../contract/issue-text.ts";

/** What is wrong at one place of a configuration. */
export interface ConfigurationProblem {
  /** `aws.accounts.123456789012.roleArn`; empty for the whole. */
  readonly path: string;
  /** The rest of a sentence that begins with the path. */
  readonly message: string;
}

type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * What is wrong in a configuration, every problem with the path of its field. No value is repeated, and no name that may be
 * a value in the wrong place: somebody may have written a secret there.
 */
export function configurationProblems(error: z.ZodError, schema: z.ZodType): readonly ConfigurationProblem[] {
  const shape = z.toJSONSchema(schema, { io: "input" });
  const found = error.issues.flatMap((issue) => problemsOf(issue, shape));
  // What is missing because it is misspelt is said once.
  const meant = new Set(found.map(({ meantPath }) => meantPath));
  return found
    .filter(({ path, isMissing }) => !(isMissing && meant.has(path)))
    .map(({ path, message }) => ({ path, message }));
}

interface Found extends ConfigurationProblem {
  readonly isMissing?: boolean;
  /** Of a name that is misspelt: the path of the field that it stands for. */
  readonly meantPath?: string | undefined;
}

function problemsOf(issue: Issue, shape: JsonSchema): readonly Found[] {
  const { path } = issue;
  if (issue.code !== "unrecognized_keys") {
    const message = textOf(issue);
    return [{ path: shown(path), message, isMissing: message.startsWith("is missing") }];
  }
  const known = fieldsAt(shape, path);
  return issue.keys.map((key) => {
    const meant = nearestTo(key, known);
    return {
      path: shown([...path, key]),
      message: `is not a known field${meant === undefined ? "" : `; did you mean ${meant}?`}`,
      meantPath: meant && shown([...path, meant]),
    };
  });
}

function textOf({ message }: Issue): string {
  return issueText(message)
    .replace(/^is missing \((?:record|object)\)$/, "is missing (an object)")
    .replace(/^must be (?:record|object), not /, "must be an object, not ")
    .replace(/, not (array|object)$/, ", not an $1")
    .replace(/, not (string|number|boolean)$/, ", not a $1");
}

/** The field that somebody meant by a name, if one is near. */
function nearestTo(key: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, "");
  const near = closestMatch(plain(key), known.map(plain), { maxDistance: Math.min(2, Math.floor(key.length / 3)) });
  return known.find((name) => plain(name) === near);
}

/** The fields that an object at a path may have. */
function fieldsAt(shape: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const { properties = {}, additionalProperties, anyOf = [] } = shape;
  const [name, ...rest] = path;
  if (name === undefined) {
    return [shape, ...anyOf].flatMap((form) => Object.keys(form.properties ?? {}));
  }
  return [Object.hasOwn(properties, name) ? properties[String(name)] : additionalProperties, ...anyOf].flatMap(
    (inner) => (typeof inner === "object" ? fieldsAt(inner, rest) : []),
  );
}

/** Longer names than those of fields, accounts, tenants and projects may be secrets; so may what holds other characters. */
const plainName = /^[\w.:*$-]{1,36}$/;

function shown(path: readonly PropertyKey[]): string {
  return pathText(path.map((part) => (typeof part !== "string" || plainName.test(part) ? part : "…")));
}
