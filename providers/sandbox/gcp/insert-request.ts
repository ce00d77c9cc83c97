import { z } from "zod";
import { GoogleFault } from "./google-answer.ts";

/** What the imitation takes; the real service takes more. */
const schema = z.strictObject({
  name: z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
  description: z.string().max(2_048).default(""),
  category: z.literal("MACHINE").default("MACHINE"),
  // Left out, the real service took N1; an assumption, and nothing here may rely on it.
  type: z.string().regex(/^[A-Z]+_[A-Z0-9_]+$/),
  plan: z.enum(["TWELVE_MONTH", "THIRTY_SIX_MONTH"]),
  autoRenew: z.boolean().default(false),
  resources: z
    .array(z.strictObject({ type: z.enum(["VCPU", "MEMORY"]), amount: z.string().regex(/^[1-9]\d*$/) }))
    .min(1),
});

/** A commitment as it was sent, the defaults of the service filled in. */
export type InsertRequest = z.infer<typeof schema>;

/** Reads the body of an insert. Throws a GoogleFault 400 for what the service would refuse. */
export function parseInsert(body: string): InsertRequest {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw new GoogleFault(400, "invalid", `Invalid value: ${z.prettifyError(parsed.error)}`);
  for (const { type, amount } of parsed.data.resources) {
    if (type === "MEMORY" && Number(amount) % 256 !== 0) {
      throw new GoogleFault(400, "invalid", "Memory must be a multiple of 256 MB.");
    }
  }
  return parsed.data;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
