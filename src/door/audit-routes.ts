import pLimit from "p-limit";
import type { z } from "zod";
import type { AuditReport } from "../contract/audit-report.ts";
import { jsonAnswer } from "./answers.ts";
import type { Door } from "./door-context.ts";
import { auditSchema, placesSchema } from "./door-schemas.ts";
import { looking } from "./look-time.ts";
import { type AnyRoute, route } from "./routes.ts";

/** Findings in one answer. */
const mostFindings = 1000;

/** The route that compares what the providers show with the ledger. */
export function auditRoutes(door: Door): readonly AnyRoute[] {
  // An audit reads all that a place holds: several at once would use up what a provider allows, which drives need.
  const oneByOne = pLimit(1);
  return [
    route<z.infer<typeof placesSchema>>({
      method: "post",
      path: "/v1/audits",
      summary: "Compares what the providers show with what the ledger knows; nothing is changed anywhere.",
      scope: "read",
      body: placesSchema,
      isBodyOptional: true,
      answers: { 200: auditSchema },
      handle: async (c, { places }) => {
        const { name, scopes } = c.get("caller");
        const whose = scopes.includes("all") ? {} : { caller: name };
        const where = places === undefined ? {} : { places };
        const audit = () => door.purchaser.audit({ ...whose, ...where, ...looking(door, c) });
        return jsonAnswer(auditDocument(await oneByOne(audit)));
      },
    }),
  ];
}

function auditDocument({ scopes, findings, notLookedAt }: AuditReport) {
  const more = Math.max(0, findings.length - mostFindings);
  return { scopes, findings: findings.slice(0, mostFindings), more, notLookedAt };
}
