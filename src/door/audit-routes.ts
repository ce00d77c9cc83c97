import type { z } from "zod";
import type { AuditReport } from "../contract/audit-report.ts";
import { jsonAnswer } from "./answers.ts";
import { createAuditLine } from "./audit-line.ts";
import type { Door } from "./door-context.ts";
import { auditSchema, placesSchema } from "./door-schemas.ts";
import { looking } from "./look-time.ts";
import { type AnyRoute, route } from "./routes.ts";

/** Findings in one answer. */
const mostFindings = 1000;

/** The route that compares what the providers show with the ledger. */
export function auditRoutes(door: Door): readonly AnyRoute[] {
  const inTurn = createAuditLine(door.sleep);
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
        const course = looking(door, c);
        const audit = () => door.purchaser.audit({ ...whose, ...where, ...course });
        // Of a caller without executions nothing is looked at: it waits for nobody.
        const isIdle =
          !scopes.includes("all") && (await door.purchaser.executions({ ...whose, limit: 1 })).length === 0;
        const report = isIdle ? await audit() : await inTurn({ caller: name, signal: course.signal }, audit);
        return jsonAnswer(auditDocument(report));
      },
    }),
  ];
}

function auditDocument({ scopes, findings, notLookedAt }: AuditReport) {
  const more = Math.max(0, findings.length - mostFindings);
  return { scopes, findings: findings.slice(0, mostFindings), more, notLookedAt };
}
