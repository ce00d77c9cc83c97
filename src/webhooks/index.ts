export {
  type DeliveryLedger,
  startWebhooks,
  type WebhookDelivery,
  type WebhookDeliveryOptions,
} from "./start-webhooks.ts";
export type { WebhookTargetOptions } from "./webhook-target.ts";
