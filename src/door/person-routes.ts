import type { Decision, PersonFinding } from "../drive/resolve-by-person.ts";
import { RefusedError } from "../contract/errors.ts";
import { idTaken } from "../contract/submitted.ts";
import { termsHash } from "../contract/terms.ts";
import type { z } from "zod";
import { jsonAnswer, reportAnswer, reportDocument } from "./answers.ts";
import {
  checkedId,
  checkOwnId,
  type Door,
  type DoorContext,
  executionIdIn,
  idIn,
  idPathIn,
  notFound,
  recIndexIn,
  visible,
} from "./door-context.ts";
import type { Caller } from "./door-parts.ts";
import { type SentPlace, sentPlaces } from "../execution/manage-executions.ts";
import {
  cancelledSchema,
  emptySchema,
  outcomeSchema,
  quoteSchema,
  reasonSchema,
  reportSchema,
  resolutionSchema,
} from "./door-schemas.ts";
import { looking } from "./look-time.ts";
import { reportHeaders } from "./response-headers.ts";
import { type AnyRoute, route } from "./routes.ts";
import { keyHeader, keyIn, preferWait } from "./submit-routes.ts";
import { ifMatch, seenTerms } from "./terms-tag.ts";

/** The routes by which somebody changes how an execution stands, and the one that asks what it would cost. */
export function personRoutes(door: Door): readonly AnyRoute[] {
  return [
    route({
      method: "post",
      path: "/v1/executions/{executionId}/redrive",
      summary:
        "Drives an execution again, with what was refused or rejected. Repeated under its key, it starts nothing.",
      scope: "write",
      parameters: [keyHeader, ifMatch(false), preferWait],
      body: emptySchema,
      isBodyOptional: true,
      answers: { 200: reportSchema, 202: reportSchema },
      headers: [...reportHeaders, "Idempotency-Replayed"],
      handle: async (c) => {
        const executionId = executionIdIn(c);
        const key = keyIn(c);
        await seenTerms(door, c, executionId, "optional");
        const { isReplay } = await door.purchaser.askRedrive(executionId, c.get("caller").name, key);
        if (!isReplay) door.runner.add(executionId);
        return reportAnswer(door, c, executionId, { isReplay, isAccepted: true });
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
      headers: reportHeaders,
      handle: (c, body) => approve(door, c, body),
    }),
    route<z.infer<typeof resolutionSchema>>({
      method: "post",
      path: "/v1/executions/{executionId}/recommendations/{recIndex}/resolution",
      summary: "Records what a person found out about a purchase that no drive can settle.",
      scope: "resolve",
      parameters: [ifMatch(false)],
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
  const answer = async (sent?: readonly SentPlace[]) => {
    const recorded = await visible(door, caller, executionId);
    return jsonAnswer({ ...reportDocument(door, recorded), mayBeBought: sent ?? sentPlaces(recorded) });
  };
  const { execution } = await visible(door, caller, executionId);
  // Whoever lost the answer is told how it stands; that the terms moved on is what it did itself.
  if (execution.cancelled?.person === caller.name) return answer();
  const { expectedVersion } = await seenTerms(door, c, executionId, "optional");
  const decision = { person: caller.name, reason, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
  try {
    const { mayBeBought } = await door.purchaser.cancel(executionId, decision);
    return await answer(mayBeBought);
  } catch (error) {
    const { execution: now } = await visible(door, caller, executionId);
    const isOwn = now.cancelled?.person === caller.name;
    // The same request, sent twice at once.
    if (RefusedError.isInstance(error) && isOwn) return answer();
    throw error;
  }
}

async function approve(door: Door, c: DoorContext, { reason }: z.infer<typeof reasonSchema>): Promise<Response> {
  const [executionId, caller] = [executionIdIn(c), c.get("caller")];
  const { recorded, expectedVersion = 0 } = await seenTerms(door, c, executionId, "required");
  const named = { termsHash: termsHash(recorded.execution, recorded.records), expectedVersion };
  const { state } = await door.purchaser.approve(executionId, { person: caller.name, reason, ...named });
  if (state === "working") door.runner.add(executionId);
  return reportAnswer(door, c, executionId, { isAccepted: true });
}

async function resolve(door: Door, c: DoorContext, body: z.infer<typeof resolutionSchema>): Promise<Response> {
  const [executionId, recIndex, caller] = [executionIdIn(c), recIndexIn(c), c.get("caller")];
  const { recorded, expectedVersion } = await seenTerms(door, c, executionId, "optional");
  if (recorded.records.every((record) => record.recIndex !== recIndex)) {
    throw notFound("There is no such recommendation in this execution.");
  }
  const by = { person: caller.name, reason: body.reason };
  const named = expectedVersion === undefined ? {} : { expectedVersion };
  const decision: Decision = { executionId, recIndex, finding: findingOf(body), ...by, ...named };
  return jsonAnswer(await door.purchaser.resolveByPerson(decision, looking(door, c)));
}

function findingOf(body: z.infer<typeof resolutionSchema>): PersonFinding {
  if (body.finding === "bought") return { bought: body.id };
  return body.finding === "not-this" ? { notThis: body.id } : body.finding;
}

async function quote(door: Door, c: DoorContext, body: unknown): Promise<Response> {
  const [caller, named] = [c.get("caller"), idIn(body)];
  const at = idPathIn(body);
  await checkMayQuote(door, caller, named, at);
  const plan = await door.purchaser.plan(body, { ...looking(door, c), caller: caller.name });
  // It says how far a recorded execution has come, also one that was recorded meanwhile.
  await checkMayQuote(door, caller, named, at);
  const { executionId, termsVersion, raises, recommendations, totals, payments, accounts, error } = plan;
  return jsonAnswer({ executionId, termsVersion, raises, recommendations, totals, payments, accounts, error });
}

/** Throws, as a submit does, for an id that is not the caller's; who may see the execution may have it quoted. */
async function checkMayQuote(
  { ledger }: Door,
  caller: Caller,
  named: string | undefined,
  at: readonly string[],
): Promise<void> {
  if (named === undefined) return;
  checkedId(named, { pointer: `#/${at.join("/")}` });
  const recorded = await ledger.recorded(named);
  if (recorded !== undefined && caller.scopes.includes("all")) return;
  checkOwnId(caller, named, at);
  if (recorded !== undefined && recorded.execution.owner?.caller !== caller.name) throw idTaken();
}
