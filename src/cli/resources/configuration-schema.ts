import { z } from "zod";
import { awsAccountsSchema } from "../../../providers/aws/aws-accounts.ts";
import { reservationFlows } from "../../../providers/azure/reservation-flow.ts";
import { azureTenantsSchema } from "../../../providers/azure/azure-tenants.ts";
import { type AzureCloud, clouds } from "../../../providers/azure/clouds.ts";
import { gcpProjectsSchema } from "../../../providers/gcp/gcp-projects.ts";
import { tagNamesProblem } from "../../contract/tag-names.ts";
import { variableSchema } from "../../contract/variable.ts";
import { webhooksSchema } from "../../webhooks/webhooks-schema.ts";

const cloudNames = Object.keys(clouds) as [AzureCloud, ...AzureCloud[]];

/** What every cloud takes: in Google Cloud they stand as `name=value` in a description, and AWS keeps `aws:` to itself. */
const tagName = z
  .string()
  .regex(
    /^(?![aA][wW][sS]:)[\w.:/+@-]{1,128}$/,
    "must be 1 to 128 letters, digits or one of _ . : / + @ -, and not begin with aws:",
  );

/**
 * What `buyonce.config.json` may hold; schemas/config.json is made from it, with its titles and descriptions, by `npm run docs`.
 * It knows no default: what is left out stays as it is without a configuration.
 */
export const configurationSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .meta({ title: "JSON Schema", description: "For an editor. buyonce does not read it." }),
    aws: z
      .strictObject({
        accounts: awsAccountsSchema.meta({
          title: "Accounts",
          description: "By account id, 12 digits; * is for every account without an entry of its own.",
        }),
      })
      .optional()
      .meta({ title: "AWS", description: "How each account is signed in to. Left out: the SDK's default chain." }),
    azure: z
      .strictObject({
        cloud: z.enum(cloudNames).optional().meta({
          title: "Cloud",
          description: "Which Azure all tenants are in. Left out: public.",
        }),
        reservationFlow: z.enum(reservationFlows).optional().meta({
          title: "Reservation flow",
          description:
            "How reservations are bought. Left out: two-steps. alias rests on a recording of 2022 (docs/azure-reservation-alias.md).",
        }),
        tenants: azureTenantsSchema.optional().meta({
          title: "Tenants",
          description: "By tenant id, a GUID; * is for every tenant without an entry of its own.",
        }),
      })
      .optional()
      .meta({ title: "Azure", description: "How each tenant is signed in to. Left out: DefaultAzureCredential." }),
    gcp: z
      .strictObject({
        projects: gcpProjectsSchema.meta({
          title: "Projects",
          description: "By project id; * is for every project without an entry of its own.",
        }),
      })
      .optional()
      .meta({
        title: "Google Cloud",
        description: "How each project is signed in to. Left out: application default credentials.",
      }),
    ledger: z
      .union([z.string(), variableSchema], {
        error: 'must be a path, a URL, or { "env": "NAME" } for the variable that holds one',
      })
      .optional()
      .meta({
        title: "Ledger",
        description:
          "Where is recorded what was sent and bought: a path from this file's folder, file:///whole/path, sqlite:path, or postgres://user@host:5432/database without a password; or the variable that holds one of these. --ledger and BUYONCE_LEDGER go before it. Drives against an imitation do not use it.",
      }),
    webhooks: webhooksSchema.optional().meta({
      title: "Webhooks",
      description: "Where a server sends messages about what is decided, by name: see docs/webhooks.md.",
    }),
    tagNames: z
      .strictObject({
        source: tagName.meta({ title: "Source", description: "The tag key for who decided to buy." }),
        token: tagName.meta({
          title: "Token",
          description: "The tag key for the idempotency token, by which a purchase is recognised again.",
        }),
      })
      .superRefine((names, problems) => {
        const problem = tagNamesProblem(names);
        if (problem !== undefined) problems.addIssue(`cannot be used: ${problem}`);
      })
      .optional()
      .meta({
        title: "Tag names",
        description:
          "Under which names purchases are marked, in every cloud. Left out: purchase-automation and cudly-idempotency-token. Do not change them once something is bought.",
      }),
  })
  .meta({
    title: "Configuration of buyonce",
    description:
      "How accounts are signed in to, and where the ledger is. It holds no secrets: it names where they are.",
  });
