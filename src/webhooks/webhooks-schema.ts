import { z } from "zod";
import { type Variable, variableSchema } from "../contract/variable.ts";
import { rangePattern } from "./allowed-address.ts";
import { namePattern } from "./webhook-target.ts";

/** An endpoint as a configuration says it. */
export interface ConfiguredWebhook {
  /** The address, or the variable that holds it. */
  readonly url: string | Variable;
  /** The variable that holds its secrets. */
  readonly secret?: Variable | undefined;
  /** The file that holds its secrets. */
  readonly secretFile?: string | undefined;
  readonly privateAddresses?: readonly string[] | undefined;
}

/** Endpoints as a configuration says them, by name. */
export type ConfiguredWebhooks = Readonly<Record<string, ConfiguredWebhook>>;

const webhook = z
  .strictObject({
    url: z
      .union([z.string(), variableSchema], {
        error: 'must be a URL, or { "env": "NAME" } for the variable that holds it',
      })
      .describe("Where messages go: https, without a user or a password; or the variable that holds the address."),
    secret: variableSchema
      .optional()
      .describe(
        "The variable that holds the secret that messages are signed with: whsec_ and base64; several during a rotation.",
      ),
    secretFile: z
      .string()
      .regex(/^(?!\s*whsec_)[^\n\r]+$/, "must be the path of a file, never what is in it")
      .optional()
      .describe("The file that holds the secret, or several, one a line."),
    privateAddresses: z
      .array(z.string().regex(rangePattern, "must be an address or a range such as 10.1.0.0/16"))
      .optional()
      .describe("Addresses that are not public and may be connected to all the same, such as 10.1.0.0/16."),
  })
  .refine(({ secret, secretFile }) => (secret === undefined) !== (secretFile === undefined), {
    error: "must have either secret or secretFile",
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ oneOf: [{ required: ["secret"] }, { required: ["secretFile"] }] });

/** Endpoints by name. */
export const webhooksSchema: z.ZodType<ConfiguredWebhooks> = z.record(z.string().regex(namePattern), webhook, {
  error: ({ code }) =>
    code === "invalid_key"
      ? "must have a name of 1 to 64 letters, digits or one of . _ -"
      : "must be an object with an entry for each endpoint, by name",
});
