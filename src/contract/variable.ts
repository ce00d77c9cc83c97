import { z } from "zod";
import { RefusedError } from "./errors.ts";

/** What the environment holds: names and values of variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A value that a configuration names and does not hold: `{ "env": "NAME" }`. Secrets are written in no other way. */
export const variableSchema = z.strictObject(
  {
    env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable")
      .describe("The name of the environment variable that holds the value."),
  },
  {
    error: ({ code, input }) =>
      code === "invalid_type" && input !== undefined
        ? 'must not be written into the file: put the value into an environment variable, and write { "env": "ITS_NAME" } here'
        : undefined,
  },
);

/** The name of an environment variable that holds a value. */
export type Variable = z.infer<typeof variableSchema>;

/**
 * The value that a configuration names. Throws a RefusedError `invalid-configuration` where the variable is not set or empty;
 * `path` is the field, such as `aws.accounts.123456789012.externalId`.
 */
export function readVariable({ env }: Variable, path: string, variables: Variables): string {
  const value = variables[env];
  if (value !== undefined && value !== "") return value;
  throw new RefusedError({
    code: "invalid-configuration",
    message: `${path} names the environment variable ${env}, which is ${value === undefined ? "not set" : "empty"}. Set it, or correct the name. Nothing was sent.`,
  });
}
