import { readVariable } from "../../contract/variable.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { WebhookDelivery, WebhookTargetOptions } from "../../webhooks/index.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Configuration } from "./configuration.ts";
import { readTextFile } from "./read-text-file.ts";

/**
 * The endpoints of the configuration with their secrets, checked. Throws a BuyonceError `invalid-configuration` for one that cannot be used,
 * before anything is made or sent.
 */
export async function readWebhooks({
  configuration,
  terminal: { env },
}: {
  readonly configuration?: Configuration | undefined;
  readonly terminal: Pick<Terminal, "env">;
}): Promise<readonly WebhookTargetOptions[]> {
  const configured = Object.entries(configuration?.webhooks ?? {});
  if (configured.length === 0) return [];
  const { webhookTarget } = await import("../../webhooks/webhook-target.ts");
  const targets: WebhookTargetOptions[] = [];
  for (const [name, { url, secret, secretFile, privateAddresses }] of configured) {
    const path = `webhooks.${name}`;
    const secrets =
      secret === undefined ? await readSecretFile(secretFile ?? "", path) : readVariable(secret, `${path}.secret`, env);
    const address = typeof url === "string" ? url : readVariable(url, `${path}.url`, env);
    const target = { name, url: address, secrets, privateAddresses };
    webhookTarget(target);
    targets.push(target);
  }
  return targets;
}

/** Those that get messages: what an imitation sells is nothing to tell others of, unless somebody says so. */
export function webhooksToSend(
  configured: readonly WebhookTargetOptions[],
  { imitation, webhooks = false }: { readonly imitation: boolean; readonly webhooks?: boolean | undefined },
): readonly WebhookTargetOptions[] {
  return imitation && !webhooks ? [] : configured;
}

function readSecretFile(file: string, path: string): Promise<string> {
  const subject = `The file ${file}, which ${path}.secretFile names,`;
  return readTextFile(file, { subject, megabytes: 1, split: "", code: "invalid-configuration" });
}

/** Begins to deliver to these endpoints; nothing where there are none. Throws as `startWebhooks`. */
export async function startConfiguredWebhooks(
  endpoints: readonly WebhookTargetOptions[],
  ledger: Ledger,
  onError: (error: unknown, about: string) => void,
): Promise<WebhookDelivery> {
  if (endpoints.length === 0) return { drain: async () => undefined };
  const { startWebhooks } = await import("../../webhooks/index.ts");
  return startWebhooks({ ledger, endpoints, onError });
}
