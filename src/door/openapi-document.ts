import { z } from "zod";
import { documented, eventSchema, executionDocuments, problemSchema } from "./door-schemas.ts";
import { headersDocument } from "./response-headers.ts";
import type { AnswerKind, AnyRoute } from "./routes.ts";
import { webhookDocument } from "./webhook-document.ts";

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
    webhooks: webhookDocument(referenceOf),
    components: {
      schemas: { ...executionDocuments(), ...Object.fromEntries(plain) },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operationOf(route: AnyRoute) {
  const { method, path, summary, scope, parameters = [], body, isBodyOptional = false, answers, headers = [] } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: name === "recIndex" ? { type: "integer" } : { type: "string" } };
  });
  // The path names the id.
  const execution = { $ref: referenceTo(path.includes("{executionId}") ? "ExecutionInPath" : "Execution") };
  const schema = body === "execution" ? execution : body && referenceOf(body);
  const all = [...inPath, ...parameters.map((one) => ({ required: false, ...one, schema: { type: "string" } }))];
  return {
    operationId: `${method} ${path}`.replaceAll(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    ...(scope === undefined
      ? { security: [] }
      : { description: `Needs the scope ${scope}.`, security: [{ token: [] }, {}] }),
    ...(all.length > 0 ? { parameters: all } : {}),
    ...(schema === undefined
      ? {}
      : { requestBody: { required: !isBodyOptional, content: { "application/json": { schema } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, kind]) => [status, answerOf(status, kind, headersDocument(headers))]),
      ),
      "4XX": refused,
      default: problem,
    },
  };
}

const descriptions: Readonly<Record<string, string>> = {
  200: "As it is now.",
  202: "Recorded; it is driven, or waits.",
  204: "There is nothing more to come.",
  304: "It is as it was.",
};

function answerOf(status: string, kind: AnswerKind, headers: object) {
  const content = contentOf(kind);
  return { description: descriptions[status] ?? "", ...headers, ...(content === undefined ? {} : { content }) };
}

function contentOf(kind: AnswerKind): object | undefined {
  if (kind === "nothing") return undefined;
  if (kind === "text") return { "text/plain": { schema: { type: "string" } } };
  if (kind !== "events") return { "application/json": { schema: referenceOf(kind) } };
  // The data of each.
  const data = { contentMediaType: "application/json", contentSchema: referenceOf(eventSchema) };
  return { "text/event-stream": { schema: { type: "string", ...data } } };
}

const refused = {
  description: "What is wrong with the request, which was not carried out.",
  ...headersDocument(["Retry-After"]),
  content: { "application/problem+json": { schema: referenceOf(problemSchema) } },
};

const problem = {
  description: "What is wrong. Of 5xx it is not known whether the request was carried out: send the same again.",
  ...headersDocument(["Retry-After"]),
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
