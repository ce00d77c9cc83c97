import type { Decision, PersonFinding } from "../drive/resolve-by-person.ts";
import { termsHash } from "../contract/terms.ts";
import type { z } from "zod";
import { jsonAnswer, reportAnswer, reportDocument } from "./answers.ts";
import { type Door, type DoorContext, executionIdIn, notFound, recIndexIn, visible } from "./door-context.ts";
import {
  cancelledSchema,
  outcomeSchema,
  quoteSchema,
  reasonSchema,
  reportSchema,
  resolutionSchema,
} from "./door-schemas.ts";
import { RequestError } from "./problem.ts";
import { type AnyRoute, type Parameter, route } from "./routes.ts";
import { preferWait } from "./submit-routes.ts";

/** Milliseconds for which a quote, or a look at what a person says, may last. */
const lookTime = 120_000;

const ifMatch = (required: boolean): Parameter => ({
  name: "If-Match",
  in: "header",
  required,
  description: 'The ETag of the terms that were seen, such as "1": where they moved on, nothing is changed.',
});

/** The routes by which somebody changes how an execution stands, and the one that asks what it would cost. */
export function personRoutes(door: Door): readonly AnyRoute[] {
  return [
    route({
      method: "post",
      path: "/v1/executions/{executionId}/redrive",
      summary: "Drives an execution again, with what was refused or rejected.",
      scope: "write",
      parameters: [preferWait],
      answers: { 200: reportSchema, 202: reportSchema },
      handle: async (c) => {
        const executionId = executionIdIn(c);
        const caller = c.get("caller");
        await visible(door, caller, executionId);
        await door.purchaser.askRedrive(executionId, caller.name);
        door.runner.add(executionId);
        return reportAnswer(door, c, executionId, { isAccepted: true });
      },
    }),
    route<z.infer<typeof reasonSchema>>({
      method: "post",
      path: "/v1/executions/{executionId}/cancellation",
      summary: "Cancels an execution: after the answer, nothing more is sent for it.",
      scope: "write",
      parameters: [ifMatch(false)],
      body: reasonSchema,
      answers: { 200: cancelledSchema },
      handle: (c, body) => cancel(door, c, body),
    }),
    route<z.infer<typeof reasonSchema>>({
      method: "post",
      path: "/v1/executions/{executionId}/approval",
      summary: "Approves the terms that If-Match names; then it is driven.",
      scope: "approve",
      parameters: [ifMatch(true), preferWait],
      body: reasonSchema,
      answers: { 200: reportSchema, 202: reportSchema },
      handle: (c, body) => approve(door, c, body),
    }),
    route<z.infer<typeof resolutionSchema>>({
      method: "post",
      path: "/v1/executions/{executionId}/recommendations/{recIndex}/resolution",
      summary: "Records what a person found out about a purchase that no drive can settle.",
      scope: "resolve",
      body: resolutionSchema,
      answers: { 200: outcomeSchema },
      handle: (c, body) => resolve(door, c, body),
    }),
    route<unknown>({
      method: "post",
      path: "/v1/quotes",
      summary: "What driving an execution would cost and do; nothing is recorded, claimed or bought.",
      scope: "quote",
      body: "execution",
      answers: { 200: quoteSchema },
      handle: (c, body) => quote(door, c, body),
    }),
  ];
}

async function cancel(door: Door, c: DoorContext, { reason }: z.infer<typeof reasonSchema>): Promise<Response> {
  const [executionId, caller] = [executionIdIn(c), c.get("caller")];
  await visible(door, caller, executionId);
  const expectedVersion = versionIn(c);
  const decision = { person: caller.name, reason, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
  const { mayBeBought } = await door.purchaser.cancel(executionId, decision);
  return jsonAnswer({ ...reportDocument(await visible(door, caller, executionId)), mayBeBought });
}

async function approve(door: Door, c: DoorContext, { reason }: z.infer<typeof reasonSchema>): Promise<Response> {
  const [executionId, caller] = [executionIdIn(c), c.get("caller")];
  const expectedVersion = versionIn(c);
  if (expectedVersion === undefined) {
    throw new RequestError(
      "precondition-missing",
      "An approval needs the header If-Match, with the ETag of the terms that were seen.",
    );
  }
  const recorded = await visible(door, caller, executionId);
  // Where these terms are not those of the version, the version has moved on, and the ledger refuses it.
  const named = { termsHash: termsHash(recorded.execution, recorded.records), expectedVersion };
  const { state } = await door.purchaser.approve(executionId, { person: caller.name, reason, ...named });
  if (state === "working") door.runner.add(executionId);
  return reportAnswer(door, c, executionId, { isAccepted: true });
}

async function resolve(door: Door, c: DoorContext, body: z.infer<typeof resolutionSchema>): Promise<Response> {
  const [executionId, recIndex, caller] = [executionIdIn(c), recIndexIn(c), c.get("caller")];
  const { records } = await visible(door, caller, executionId);
  if (records.every((record) => record.recIndex !== recIndex)) {
    throw notFound("There is no such recommendation in this execution.");
  }
  const decision: Decision = {
    executionId,
    recIndex,
    finding: findingOf(body),
    person: caller.name,
    reason: body.reason,
  };
  return jsonAnswer(await door.purchaser.resolveByPerson(decision, looking(door, c)));
}

function findingOf(body: z.infer<typeof resolutionSchema>): PersonFinding {
  if (body.finding === "bought") return { bought: body.id };
  return body.finding === "not-this" ? { notThis: body.id } : body.finding;
}

async function quote(door: Door, c: DoorContext, body: unknown): Promise<Response> {
  const { executionId: named } = Object(body) as { readonly executionId?: unknown };
  // It says how far a recorded execution has come.
  if (typeof named === "string" && (await door.ledger.recordsOf(named)).length > 0) {
    await visible(door, c.get("caller"), named);
  }
  const plan = await door.purchaser.plan(body, looking(door, c));
  const { executionId, termsVersion, raises, recommendations, totals, error } = plan;
  return jsonAnswer({ executionId, termsVersion, raises, recommendations, totals, error });
}

/** Until the client is gone, the server ends, or the time is over. */
function looking({ runner, now }: Door, c: DoorContext) {
  return { signal: AbortSignal.any([c.req.raw.signal, runner.draining]), deadline: now() + lookTime };
}

/** The version of the terms that a request is about; undefined where it names none. Throws a RequestError for what is none. */
function versionIn(c: DoorContext): number | undefined {
  const header = c.req.header("if-match");
  if (header === undefined) return undefined;
  const [, version] = /^"([1-9]\d{0,14})"$/.exec(header.trim()) ?? [];
  if (version !== undefined) return Number(version);
  const detail = 'must be the ETag of the terms, such as "1"';
  throw new RequestError("malformed-request", `The header If-Match ${detail}. Nothing was changed.`, {
    problems: [{ parameter: "If-Match", detail }],
  });
}
