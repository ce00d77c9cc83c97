// Requests and answers of AWS as they stand on the wire, held against the parts of the published models.
import type { ModelOperation, ModelPart, ServiceModel } from "../../tools/aws-models.ts";
import type { ProxiedRequest } from "../golden/golden-proxy.ts";

/** The call that a request makes, by its protocol. */
export function operationOf({ method, path, headers, body }: ProxiedRequest, model: ServiceModel): string | undefined {
  if (model.protocol === "rest-json") {
    const [pathOnly] = path.split("?");
    const is = ([, one]: readonly [string, ModelOperation]) =>
      one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathOnly ?? "");
    return Object.entries(model.operations).find(is)?.[0];
  }
  return headers["x-amz-target"]?.split(".")[1] ?? new URLSearchParams(body).get("Action") ?? undefined;
}

/** What is wrong with a request, each with its place. */
export function requestProblems({ path, body }: ProxiedRequest, operation: ModelOperation, protocol: string): string[] {
  if (protocol !== "query" && protocol !== "ec2") {
    const query = Object.fromEntries(new URL(path, "http://localhost").searchParams);
    const given = { ...query, ...(body === "" ? {} : (JSON.parse(body) as object)) };
    return problemsOf(given, operation.input, "");
  }
  const { Action: _action, Version: _version, ...parameters } = Object.fromEntries(new URLSearchParams(body));
  const roots = new Set(Object.keys(parameters).map((key) => key.split(".")[0] ?? ""));
  const missing = (operation.input.required ?? [])
    .filter((name) => !roots.has(name))
    .map((name) => `${name} is missing`);
  return [
    ...missing,
    ...Object.entries(parameters).flatMap(([key, value]) => parameterProblems(key, value, operation.input)),
  ];
}

/** A parameter of a form: `TagSpecification.1.Tag.2.Key`. */
function parameterProblems(key: string, value: string, input: ModelPart): string[] {
  let part: ModelPart | undefined = input;
  for (const word of key.split(".")) {
    if (part?.type === "list") {
      if (/^\d+$/.test(word)) part = part.of;
      else if (word !== part.item) return [`${key}: ${word} is no name of a member`];
    } else part = part?.members?.[word];
    if (part === undefined) return [`${key} is unknown`];
  }
  return part === undefined ? [] : problemsOf(value, part, key);
}

/** What is wrong with an answer. */
export function answerProblems(name: string, body: string, operation: ModelOperation, protocol: string): string[] {
  if (protocol !== "query" && protocol !== "ec2") {
    return problemsOf(body === "" ? {} : (JSON.parse(body) as object), operation.output, "");
  }
  const { [`${name}Response`]: response } = elementsOf(body) as Record<string, Record<string, unknown>>;
  if (response === undefined) return [`${name}Response is missing`];
  // `return` stands in the samples of EC2, and in no model.
  const { requestId: _id, return: _return, ResponseMetadata: _metadata, ...inner } = response;
  const content = protocol === "ec2" ? inner : (inner[`${name}Result`] ?? {});
  return problemsOf(content, operation.output, "");
}

function problemsOf(value: unknown, part: ModelPart, place: string): string[] {
  const at = (name: string | number) => (place === "" ? String(name) : `${place}.${name}`);
  if (part.type === "any" || value === undefined || value === null) return [];
  if (part.type === "structure") {
    // In XML an empty structure is an empty text.
    const given = value === "" ? {} : value;
    if (typeof given !== "object" || Array.isArray(given)) return [`${place} is no structure`];
    const entries = Object.entries(given);
    const missing = (part.required ?? []).filter((name) => !Object.hasOwn(given, name));
    return [
      ...missing.map((name) => `${at(name)} is missing`),
      ...entries.flatMap(([name, one]) => {
        const member = part.members?.[name];
        return member === undefined ? [`${at(name)} is unknown`] : problemsOf(one, member, at(name));
      }),
    ];
  }
  const { of } = part;
  if (part.type === "list" && of !== undefined) {
    const list = membersOf(value, part.item);
    if (list === undefined) return [`${place} is no list of ${part.item}`];
    return list.flatMap((one, index) => problemsOf(one, of, at(index)));
  }
  if (part.type === "map" && of !== undefined) {
    return Object.entries(value).flatMap(([name, one]) => problemsOf(one, of, at(name)));
  }
  return isPlain(value, part)
    ? []
    : [`${place}: ${JSON.stringify(value)} is no ${part.enum?.join(" or ") ?? part.type}`];
}

/** Of JSON an array, of XML the elements of that name. */
function membersOf(value: unknown, item: string | undefined): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value === "") return [];
  if (typeof value !== "object" || value === null || item === undefined) return undefined;
  const { [item]: found, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0 || found === undefined) return undefined;
  return Array.isArray(found) ? found : [found];
}

/** A form and XML know only texts. */
function isPlain(value: unknown, { type, enum: values }: ModelPart): boolean {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
  const text = String(value);
  if (values !== undefined) return values.includes(text);
  if (type === "integer" || type === "long") return /^-?\d+$/.test(text);
  if (type === "float" || type === "double") return text !== "" && !Number.isNaN(Number(text));
  if (type === "boolean") return ["true", "false"].includes(text);
  return type === "timestamp" || typeof value === "string";
}

/** The elements of an XML text as objects; what comes several times is an array. Attributes are left out. */
function elementsOf(text: string): unknown {
  const root: Record<string, unknown> = {};
  const open = [{ name: "", elements: root, text: "" }];
  for (const [, close, name = "", empty, content = ""] of text.matchAll(/<(\/?)([\w:]+)[^>]*?(\/?)>([^<]*)/g)) {
    if (close === "") open.push({ name, elements: {}, text: content });
    if (close === "" && empty === "") continue;
    const done = open.pop();
    const above = open.at(-1);
    if (done === undefined || above === undefined) throw new Error(`XML that ends too often: ${name}`);
    const value = Object.keys(done.elements).length > 0 ? done.elements : done.text;
    const before = above.elements[done.name];
    above.elements[done.name] = before === undefined ? value : [before, value].flat();
  }
  return root;
}
