import type { z } from "zod";
import type { PersonsDecision } from "../execution/manage-executions.ts";
import type { ExecutionStatus } from "../execution/execution-status.ts";
import { termsHash } from "../contract/terms.ts";
import { isoTime, jsonAnswer, pathOf } from "./answers.ts";
import { type Door, type DoorContext, executionIdIn, notFound, recIndexIn, visible } from "./door-context.ts";
import { limitsSchema, reasonSchema, sourceSchema, termsSchema } from "./door-schemas.ts";
import { pointedAt } from "./problem.ts";
import { type AnyRoute, invalidFields, route } from "./routes.ts";
import { ifMatch, seenTerms, type SeenTerms, termsTag } from "./terms-tag.ts";

type Reason = z.infer<typeof reasonSchema>;

/** What the routes that change the terms have in common. */
const change = {
  method: "post",
  scope: "approve",
  parameters: [ifMatch(true)],
  answers: { 200: termsSchema },
  headers: ["ETag", "Content-Location"],
} as const;

/** The routes about the terms of an execution: what they are, and what a person changes about them. */
export function termsRoutes(door: Door): readonly AnyRoute[] {
  return [
    route({
      method: "get",
      path: "/v1/executions/{executionId}/terms",
      summary: "What may be bought of an execution, and within which limits. The ETag is for If-Match.",
      scope: "read",
      answers: { 200: termsSchema },
      headers: ["ETag", "Content-Location"],
      handle: (c) => termsAnswer(door, c, executionIdIn(c)),
    }),
    route<z.infer<typeof limitsSchema>>({
      ...change,
      path: "/v1/executions/{executionId}/limits",
      summary: "Changes limits: null is none, what is left out stays. Raising or removing one clears an approval.",
      body: limitsSchema,
      handle: (c, { maxTotals, maxPrices, forbidTwinsWithin, reason }) =>
        amend(door, c, reason, (executionId, decision, { recorded }) => {
          const places = new Set(recorded.records.map(({ recIndex }) => String(recIndex)));
          const unknown = Object.keys(maxPrices ?? {}).filter((place) => !places.has(place));
          if (unknown.length > 0) throw invalidFields("The body", unknown.map(noSuchPlace));
          return door.purchaser.setLimits(executionId, { ...decision, maxTotals, maxPrices, forbidTwinsWithin });
        }),
    }),
    route<z.infer<typeof sourceSchema>>({
      ...change,
      path: "/v1/executions/{executionId}/source",
      summary: "Changes the source of what was not sent; an approval has to be given anew.",
      body: sourceSchema,
      handle: (c, { source, reason }) =>
        amend(door, c, reason, (executionId, decision) =>
          door.purchaser.setSource(executionId, { ...decision, source }),
        ),
    }),
    route<Reason>({
      ...change,
      path: "/v1/executions/{executionId}/recommendations/{recIndex}/skip",
      summary: "Drops a recommendation that was never sent, for good.",
      body: reasonSchema,
      handle: (c, { reason }) =>
        amend(door, c, reason, (executionId, decision, { recorded }) => {
          const recIndex = recIndexIn(c);
          if (recorded.records.some((record) => record.recIndex === recIndex)) {
            return door.purchaser.skip(executionId, recIndex, decision);
          }
          throw notFound("There is no such recommendation in this execution.");
        }),
    }),
    route<Reason>({
      ...change,
      path: "/v1/executions/{executionId}/reopening",
      summary: "Undoes a cancellation; an approval has to be given anew. Then it is driven.",
      body: reasonSchema,
      handle: (c, { reason }) =>
        amend(door, c, reason, (executionId, decision) => door.purchaser.reopen(executionId, decision)),
    }),
  ];
}

function noSuchPlace(place: string) {
  return pointedAt(["maxPrices", place], "is not a recommendation of this execution");
}

/** Changes the terms that If-Match names in the name of the caller, has driven what may be bought now, and answers the new terms. */
async function amend(
  door: Door,
  c: DoorContext,
  reason: string,
  run: (executionId: string, decision: PersonsDecision, seen: SeenTerms) => Promise<ExecutionStatus>,
): Promise<Response> {
  const executionId = executionIdIn(c);
  const seen = await seenTerms(door, c, executionId, "required");
  const { expectedVersion } = seen;
  const named = expectedVersion === undefined ? {} : { expectedVersion };
  const { state } = await run(executionId, { person: c.get("caller").name, reason, ...named }, seen);
  if (state === "working") door.runner.add(executionId);
  return termsAnswer(door, c, executionId);
}

async function termsAnswer(door: Door, c: DoorContext, executionId: string): Promise<Response> {
  const recorded = await visible(door, c.get("caller"), executionId);
  const { execution, records } = recorded;
  const { source, note, labels, size, emptyPlaces, termsVersion, approval, cancelled } = execution;
  const { maxTotals, notBefore, expiresAt, forbidTwinsWithin } = execution;
  const { approvalRequired, mayNotApprove, incomplete, restored, limitsUnknown } = execution;
  const places: object[] = Array.from({ length: size }, () => ({}));
  for (const { recIndex, why } of emptyPlaces) places[recIndex] = { skip: why };
  for (const { recIndex, recommendation } of records) places[recIndex] = recommendation;
  const document = {
    executionId,
    source,
    note,
    labels,
    termsVersion,
    termsHash: termsHash(execution, records),
    recommendations: places,
    maxTotals,
    notBefore,
    expiresAt,
    forbidTwinsWithin,
    approvalRequired,
    mayNotApprove,
    approval: approval && { ...approval, at: isoTime(approval.at) },
    cancelled: cancelled && { ...cancelled, at: isoTime(cancelled.at) },
    incomplete,
    restored,
    limitsUnknown,
  };
  return jsonAnswer(document, 200, {
    etag: termsTag(recorded),
    "content-location": `${pathOf(executionId)}/terms`,
  });
}
