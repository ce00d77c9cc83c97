import type { z } from "zod";
import { AwsFault } from "./aws-fault.ts";

/** The input of a JSON action. Throws an AwsFault 400 with the service's code for a wrong one, naming the first problem. */
export function parseInput<Input>(
  schema: z.ZodType<Input>,
  input: Readonly<Record<string, unknown>>,
  code: string,
): Input {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [problem] = result.error.issues;
  throw new AwsFault(400, code, `${problem?.path.join(".")}: ${problem?.message}`);
}
