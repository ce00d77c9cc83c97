import type { LookupFunction } from "node:net";
import type { Environment } from "../contract/environment.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { Ledger } from "../contract/ledger.ts";
import { importOptional } from "../contract/optional-package.ts";
import type { WaitingMessage } from "../contract/webhook-ledger.ts";
import { webhookPayload } from "../door/webhook-payload.ts";
import { sendMessage } from "./send-message.ts";
import { type WebhookTarget, type WebhookTargetOptions, webhookTarget } from "./webhook-target.ts";

/** What the delivery asks of a ledger. */
export type DeliveryLedger = Pick<
  Ledger,
  "expireMessages" | "now" | "registerWebhook" | "settleMessage" | "takeMessages"
>;

/** What is delivered, and where. */
export interface WebhookDeliveryOptions {
  readonly ledger: DeliveryLedger;
  readonly endpoints: readonly WebhookTargetOptions[];
  /** How many messages are sent to one endpoint at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** Milliseconds between two looks for messages of an endpoint. Default 2,000. */
  readonly pollInterval?: number | undefined;
  /** Milliseconds within which an endpoint has to answer. Default 15,000. */
  readonly timeout?: number | undefined;
  /** Told of what went wrong with the ledger; what an endpoint answers stands in the ledger. */
  readonly onError?: ((error: unknown, about: string) => void) | undefined;
  /** Default: the machine's own. */
  readonly lookup?: LookupFunction | undefined;
  /** Clock and timers; default the machine's. */
  readonly environment?: Environment | undefined;
}

/** A delivery under way. */
export interface WebhookDelivery {
  /** Sends nothing more, and resolves when what is under way is recorded, at the latest after some seconds. */
  drain(): Promise<void>;
}

/** Milliseconds for which nobody else sends a message that is being sent: longer than any send. */
const hold = 120_000;

/** Milliseconds after which a message that nobody took is given up: a week. */
const keepFor = 7 * 86_400_000;

/** Milliseconds between two looks for messages that are too old. */
const expireInterval = 3_600_000;

/** Milliseconds for what is under way once the delivery is drained. */
const lastSends = 5000;

/**
 * Registers the endpoints in the ledger and begins to deliver what is written for them. Any number of processes may do so over one ledger.
 *
 * Throws a RefusedError `invalid-configuration` for an endpoint that cannot be used, and where the package standardwebhooks is not
 * installed; and what the ledger throws.
 */
export async function startWebhooks(options: WebhookDeliveryOptions): Promise<WebhookDelivery> {
  const { ledger, environment = systemEnvironment, onError = () => undefined } = options;
  const targets = options.endpoints.map(webhookTarget);
  const { signer } = await importOptional("standardwebhooks", () => import("./sign-message.ts"));
  for (const { name, shown } of targets) await ledger.registerWebhook({ name, url: shown });
  const [stop, cut] = [new AbortController(), new AbortController()];
  const expire = async () => ledger.expireMessages((await ledger.now()) - keepFor);
  const look = () => void expire().catch((error: unknown) => onError(error, "the look for messages that are too old"));
  look();
  const endLooks = environment.every(expireInterval, look);
  const running = targets.map((target) => {
    const sign = signer(target.secrets);
    return deliverTo(target, sign, { ...options, environment, onError }, { stop: stop.signal, cut: cut.signal });
  });
  return {
    drain: async () => {
      stop.abort(new Error("The delivery ends."));
      endLooks();
      const timer = setTimeout(() => cut.abort(), lastSends);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
}

type Sign = (id: string, at: Date, body: string) => string;

/** The same, with what it does without being told. */
type Delivering = Omit<WebhookDeliveryOptions, "environment" | "onError"> & {
  readonly environment: Environment;
  readonly onError: (error: unknown, about: string) => void;
};

/** `stop`: nothing more is sent. `cut`: what is under way is given up. */
interface Signals {
  readonly stop: AbortSignal;
  readonly cut: AbortSignal;
}

/** Delivers to one endpoint until it is stopped: as many at once as are allowed, and the next ones as soon as one is through. */
async function deliverTo(
  target: WebhookTarget,
  sign: Sign,
  options: Delivering,
  { stop, cut }: Signals,
): Promise<void> {
  const { ledger, environment, onError, concurrency = 4, pollInterval = 2000, timeout = 15_000, lookup } = options;
  const underWay = new Set<Promise<void>>();
  const deliver = async (message: WaitingMessage) => {
    const body = escapeHidden(JSON.stringify(webhookPayload(message)));
    const headers = headersOf(message.id, body, sign, environment.now());
    const result = await sendMessage(target, body, headers, { timeout, signal: cut, lookup });
    // What was given up says nothing of the endpoint; another process sends it again once nobody holds it.
    if (cut.aborted && result.kind === "failed") return;
    await ledger.settleMessage(target.name, message.sequence, result, environment.random());
  };
  const failed = (error: unknown) => onError(error, `the delivery to ${target.name}`);
  while (!stop.aborted) {
    const free = concurrency - underWay.size;
    const messages = free === 0 ? [] : await take(free).catch(failed);
    for (const message of messages ?? []) {
      const one = deliver(message)
        .catch(failed)
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
    if (underWay.size > 0) await Promise.race(underWay);
    else await environment.sleep(pollInterval, stop).catch(() => undefined);
  }
  await Promise.all(underWay);

  async function take(limit: number) {
    return (await ledger.takeMessages(target.name, { limit, hold })).messages;
  }
}

/** The headers of the Standard Webhooks; the time is that of the sending (milliseconds since 1970). */
function headersOf(id: string, body: string, sign: Sign, now: number): Readonly<Record<string, string>> {
  const at = new Date(now);
  return {
    "content-type": "application/json",
    "user-agent": "buyonce",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": sign(id, at, body),
  };
}
