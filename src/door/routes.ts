import type { Hono } from "hono";
import type { z } from "zod";
import { messageOf } from "../contract/errors.ts";
import { issueText } from "../contract/issue-text.ts";
import { checkScope, type DoorContext, type DoorEnv } from "./door-context.ts";
import type { DoorScope } from "./door-parts.ts";
import { type FieldProblem, pointedAt, RequestError } from "./problem.ts";
import type { HeaderName } from "./response-headers.ts";
import { type BodyReading, readJsonText } from "./strict-json.ts";

/** A header or a query parameter of a route. */
export interface Parameter {
  readonly name: string;
  readonly in: "header" | "query";
  readonly required?: boolean;
  readonly description: string;
}

/** What an answer holds. */
export type AnswerKind = z.ZodType | "text" | "events" | "nothing";

/** A route: what it is, and what the document says of it. */
export interface Route<Body = undefined> {
  readonly method: "get" | "put" | "post";
  /** `/v1/executions/{executionId}`. */
  readonly path: string;
  readonly summary: string;
  /** What the caller needs to have; nobody is asked who calls where there is none. */
  readonly scope?: DoorScope;
  readonly parameters?: readonly Parameter[];
  /** The schema of its body; `execution` for one that the purchaser checks, with every problem named. */
  readonly body?: z.ZodType<Body> | "execution";
  /** It may be left out: then it is `{}`. Default false. */
  readonly isBodyOptional?: boolean;
  /** The schemas of its answers, by status; `events` are server-sent. */
  readonly answers: Readonly<Record<number, AnswerKind>>;
  /** The headers of its answers, beside those of every one. */
  readonly headers?: readonly HeaderName[];
  readonly handle: (c: DoorContext, body: Body) => Response | Promise<Response>;
}

/** A route of whatever body: a table holds many. */
export type AnyRoute = Route<never>;

/** Lets the compiler see that a handler takes what its schema gives. */
export function route<Body = undefined>(given: Route<Body>): AnyRoute {
  return given as unknown as AnyRoute;
}

/** Adds a route: its caller's scope is checked, and its body is read as strict JSON, before it is handled. */
export function addRoute(app: Hono<DoorEnv>, route: AnyRoute, reading: BodyReading): void {
  const { method, path, scope, parameters = [], body, isBodyOptional = false, handle } = route;
  app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
    if (scope !== undefined) checkScope(c.get("caller"), scope);
    checkQuery(new URL(c.req.url).searchParams, parameters);
    if (body === undefined) return handle(c, undefined as never);
    const { text = "{}", release } = await readJsonText(c.req.raw, reading, isBodyOptional);
    const leave = c.get("leave");
    c.set("leave", () => {
      release();
      leave();
    });
    const value: unknown = JSON.parse(text);
    return handle(c, (body === "execution" ? value : checked(body, value)) as never);
  });
}

/** Throws a RequestError for a query that the route does not know, or that says one thing twice: a misspelt one would be bought without. */
function checkQuery(query: URLSearchParams, parameters: readonly Parameter[]): void {
  const known = new Set(parameters.filter((one) => one.in === "query").map(({ name }) => name));
  const problems = [...new Set(query.keys())].flatMap((parameter) => {
    if (!known.has(parameter)) return [{ parameter, detail: "is not a known parameter" }];
    return query.getAll(parameter).length > 1 ? [{ parameter, detail: "is given twice" }] : [];
  });
  if (problems.length > 0) throw invalidFields("The query", problems);
}

function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(
    "The body",
    parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => pointedAt([...issue.path, key], "is not a known field"))
        : [pointedAt(issue.path, issueText(issue.message))],
    ),
  );
}

/** That fields of a request are not of their form, each with what is wrong about it. */
export function invalidFields(subject: string, problems: readonly FieldProblem[]): RequestError {
  const lines = problems.map(({ pointer, parameter, detail }) => `${pointer ?? parameter ?? ""} ${detail}`.trim());
  return new RequestError("malformed-request", `${subject} is not valid; nothing was changed: ${lines.join("; ")}.`, {
    problems,
  });
}

/** Throws a RequestError for a path whose escapes are none: two ids that are not the same would be read as one. */
export function checkPath(url: string): void {
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch (error) {
    throw new RequestError("malformed-request", `The path cannot be read: ${messageOf(error)}.`);
  }
}
