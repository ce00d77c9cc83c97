import type { z } from "zod";
import { AwsFault } from "../aws-fault.ts";

/** Reads the parameters of a call. Throws an AwsFault `ValidationException` for what the service does not know. */
export function parseInput<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  const { data, error } = schema.safeParse(input);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw new AwsFault(400, "ValidationException", `${issue?.path.join(".")}: ${issue?.message}`);
}
