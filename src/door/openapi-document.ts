import { z } from "zod";
import { documented, executionDocument, problemSchema } from "./door-schemas.ts";
import type { AnyRoute } from "./routes.ts";

/** The document at /openapi.json (OpenAPI 3.1), of the routes and of the schemas that validate. */
export function openapiDocument(routes: readonly AnyRoute[]) {
  const { schemas } = z.toJSONSchema(documented, { uri: referenceTo, io: "input", unrepresentable: "any" });
  const plain = Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]);
  const paths = Map.groupBy(routes, ({ path }) => path);
  return {
    openapi: "3.1.0",
    info: {
      title: "buyonce",
      version: "1",
      description:
        "Buys cloud commitments exactly once. docs/http.md says how to call it, docs/errors.md what each code means.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(
      [...paths].map(([path, own]) => [
        path,
        Object.fromEntries(own.map((route) => [route.method, operationOf(route)])),
      ]),
    ),
    components: {
      schemas: { Execution: executionDocument(), ...Object.fromEntries(plain) },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operationOf({ method, path, summary, scope, parameters = [], body, answers }: AnyRoute) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: name === "recIndex" ? { type: "integer" } : { type: "string" } };
  });
  const schema = body === "execution" ? { $ref: referenceTo("Execution") } : body && referenceOf(body);
  const all = [...inPath, ...parameters.map((one) => ({ required: false, ...one, schema: { type: "string" } }))];
  return {
    operationId: `${method} ${path}`.replaceAll(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    ...(scope === undefined
      ? { security: [] }
      : { description: `Needs the scope ${scope}.`, security: [{ token: [] }, {}] }),
    ...(all.length > 0 ? { parameters: all } : {}),
    ...(schema === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema } } } }),
    responses: { ...Object.fromEntries(Object.entries(answers).map(answerOf)), default: problem },
  };
}

const descriptions: Readonly<Record<string, string>> = {
  200: "As it is now.",
  202: "Recorded; it is driven, or waits.",
  503: "It is not ready.",
};

function answerOf([status, schema]: [string, z.ZodType | "text"]) {
  const content = schema === "text" ? { "text/plain": { schema: { type: "string" } } } : jsonContent(schema);
  return [status, { description: descriptions[status] ?? "", content }];
}

function jsonContent(schema: z.ZodType) {
  return { "application/json": { schema: referenceOf(schema) } };
}

const problem = {
  description: "What is wrong. Of 5xx it is not known whether the request was carried out: send the same again.",
  content: { "application/problem+json": { schema: referenceOf(problemSchema) } },
};

function referenceOf(schema: z.ZodType) {
  const { id } = documented.get(schema) ?? {};
  if (id === undefined) throw new TypeError("A schema of the door has no name.");
  return { $ref: referenceTo(id) };
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`;
}
