import { Webhook } from "standardwebhooks";

/** Signs with every secret, so that a receiver may know the old one or the new one. `at`: when it is sent. */
export function signer(secrets: readonly string[]): (id: string, at: Date, body: string) => string {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (id, at, body) => webhooks.map((webhook) => webhook.sign(id, at, body)).join(" ");
}
