import type { ExecutionRecord } from "../contract/execution-record.ts";
import type { ExecutionState } from "../contract/execution-state.ts";
import type { ExecutionStatus } from "../execution/execution-status.ts";
import { ledgerHistory } from "../inspect/read-history.ts";
import { historyDocument, isoTime, jsonAnswer, reportAnswer } from "./answers.ts";
import { type Door, type DoorContext, executionIdIn, notFound, recIndexIn, visible } from "./door-context.ts";
import { historySchema, pageSchema, reportSchema, stateSchema } from "./door-schemas.ts";
import { type AnyRoute, invalidFields, route } from "./routes.ts";
import { preferWait } from "./submit-routes.ts";

/** The routes that read executions; no provider is asked. */
export function executionRoutes(door: Door): readonly AnyRoute[] {
  return [
    route({
      method: "get",
      path: "/v1/executions/{executionId}",
      summary: "How an execution stands.",
      scope: "read",
      parameters: [
        { name: "If-None-Match", in: "header", description: "The ETag of the report that is known." },
        preferWait,
      ],
      answers: { 200: reportSchema, 304: "nothing" },
      headers: ["ETag", "Content-Location", "Retry-After", "Preference-Applied"],
      handle: (c) => reportAnswer(door, c, executionIdIn(c)),
    }),
    route({
      method: "get",
      path: "/v1/executions",
      summary: "The executions that the caller may see, last changed first.",
      scope: "read",
      parameters: [
        { name: "state", in: "query", description: `One of ${stateSchema.options.join(", ")}.` },
        { name: "limit", in: "query", description: "From 1 to 100; default 20." },
        { name: "cursor", in: "query", description: "The `next` of the page before." },
      ],
      answers: { 200: pageSchema },
      handle: (c) => listAnswer(door, c),
    }),
    route({
      method: "get",
      path: "/v1/executions/{executionId}/recommendations/{recIndex}/history",
      summary: "What happened to a recommendation, oldest first.",
      scope: "read",
      answers: { 200: historySchema },
      handle: (c) => historyAnswer(door, c),
    }),
  ];
}

async function historyAnswer(door: Door, c: DoorContext): Promise<Response> {
  const [executionId, recIndex] = [executionIdIn(c), recIndexIn(c)];
  const { records } = await visible(door, c.get("caller"), executionId);
  if (records.every((record) => record.recIndex !== recIndex)) {
    throw notFound("There is no such recommendation in this execution.");
  }
  const [found] = await ledgerHistory(door.ledger, executionId, recIndex);
  const history = (found?.lines ?? []).map(historyDocument);
  return jsonAnswer({ executionId, recIndex, token: found?.record.token, history });
}

/** Executions that are read from the ledger at once, and in one request at most, before it answers with a cursor. */
const [readAtOnce, mostRead] = [100, 1000];

async function listAnswer(door: Door, c: DoorContext): Promise<Response> {
  const { limit, state, cursor } = listQuery(c);
  const { name, scopes } = c.get("caller");
  const whose = scopes.includes("all") ? {} : { caller: name };
  const shown: object[] = [];
  let after = cursor;
  for (let read = 0; read < mostRead;) {
    const page = await door.purchaser.executions({
      ...whose,
      limit: readAtOnce,
      ...(after === undefined ? {} : { after }),
    });
    for (const status of page) {
      const { executionId, updatedAt } = status.execution;
      read += 1;
      after = { executionId, updatedAt };
      if (state === undefined || status.state === state) {
        shown.push(summaryDocument(status));
        if (shown.length === limit) return jsonAnswer({ executions: shown, next: cursorText(after) });
      }
    }
    if (page.length < readAtOnce) return jsonAnswer({ executions: shown });
  }
  return jsonAnswer({ executions: shown, ...(after === undefined ? {} : { next: cursorText(after) }) });
}

function summaryDocument({ execution, state, forbidden, places, money, unlimited }: ExecutionStatus) {
  const { executionId, source, note, labels, size, termsVersion, createdAt, updatedAt } = execution;
  const times = { createdAt: isoTime(createdAt), updatedAt: isoTime(updatedAt) };
  return {
    executionId,
    source,
    note,
    labels,
    state,
    forbidden,
    termsVersion,
    size,
    places,
    money,
    unlimited,
    ...times,
  };
}

/** Where a page of executions begins. */
type Place = Pick<ExecutionRecord, "executionId" | "updatedAt">;

function listQuery(c: DoorContext) {
  const { state, limit = "20", cursor } = c.req.query();
  const problems = [];
  const isState = (text: string): text is ExecutionState => stateSchema.safeParse(text).success;
  if (state !== undefined && !isState(state)) {
    problems.push({ parameter: "state", detail: `must be one of ${stateSchema.options.join(", ")}` });
  }
  if (!/^(?:[1-9]\d?|100)$/.test(limit)) {
    problems.push({ parameter: "limit", detail: "must be a whole number from 1 to 100" });
  }
  const after = cursor === undefined ? undefined : placeIn(cursor);
  if (cursor !== undefined && after === undefined) {
    problems.push({ parameter: "cursor", detail: "must be the next of an earlier page" });
  }
  if (problems.length > 0) throw invalidFields("The query", problems);
  return { limit: Number(limit), state, cursor: after };
}

/** The cursor of the page after a place in the list. */
export function cursorText({ executionId, updatedAt }: Place): string {
  return Buffer.from(JSON.stringify([updatedAt, executionId])).toString("base64url");
}

/** The place in the list that a cursor names; undefined for what is no cursor. */
export function placeIn(cursor: string): Place | undefined {
  try {
    const [updatedAt, executionId] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as readonly unknown[];
    // No database keeps a NUL in a text, and PostgreSQL takes none in a query.
    const isPlace = Number.isSafeInteger(updatedAt) && typeof executionId === "string" && !executionId.includes("\0");
    return isPlace ? { updatedAt: updatedAt as number, executionId } : undefined;
  } catch {
    return undefined;
  }
}
