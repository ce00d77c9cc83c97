import type { AnswerContext, NamedAnswer, PurchaseAnswer } from "./golden-row.ts";

/** An id that nobody sold. */
export const nobodysId = "0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f";

/** An error in the service's own shape: `400 BadRequest`. */
export function refusal(status: number, code: string, message?: string): NamedAnswer {
  const name = message === undefined ? `${status} ${code}` : `${status} ${code} "${message}"`;
  return [name, { status, code, ...(message === undefined ? {} : { message }) }];
}

/** The sandbox's own answer, changed as JSON. */
export function edited(change: (body: JsonBody, context: AnswerContext) => unknown): PurchaseAnswer {
  return { edit: (text, context) => JSON.stringify(change(JSON.parse(text) as JsonBody, context)) };
}

/** The body of an answer, as far as a test changes it. */
export interface JsonBody {
  [name: string]: unknown;
  properties: Record<string, unknown>;
}

const html = { "content-type": "text/html" };
const page = "<html><body>Sign in to continue.</body></html>";

/** What any hop on the way can make of an answer; nothing in it is the service's word. */
export const fromTheWay: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  ["200 with HTML", { status: 200, body: page, headers: html }],
  ["200 with nothing", { status: 200, body: "" }],
  ["200 with {}", { status: 200, body: "{}" }],
  ["204 with nothing", { status: 204, body: "" }],
  ["307 to elsewhere", { status: 307, body: "", headers: { location: "/elsewhere" } }],
  ["400 with HTML", { status: 400, body: page, headers: html }],
  ["400 with {}", { status: 400, body: "{}" }],
  ["403 with HTML", { status: 403, body: page, headers: html }],
  ["404 with nothing", { status: 404, body: "" }],
  ["408 with nothing", { status: 408, body: "" }],
  ["429 with nothing", { status: 429, body: "", headers: { "retry-after": "9" } }],
  ["502 with HTML", { status: 502, body: page, headers: html }],
  ["503 with nothing", { status: 503, body: "", headers: { "retry-after": "9" } }],
];

/** Of those, what is tried in further ways. */
export const fromTheWayInBrief: readonly NamedAnswer[] = fromTheWay.filter(([name]) =>
  ["the connection ends", "200 with {}", "403 with HTML"].includes(name),
);
