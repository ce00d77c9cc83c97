import { expect, test } from "vitest";
import { createClients } from "../../providers/aws/aws-clients.ts";
import { createSteppedEnvironment } from "../stepped-environment.ts";

type Answer = "answered" | { readonly status: number; readonly code: string };

const throttled: Answer = { status: 400, code: "Throttling" };
const limited: Answer = { status: 503, code: "RequestLimitExceeded" };

/** The client of an SDK that answers so, one request after the other, and then always answers. */
function clientOf(answers: readonly Answer[]) {
  const environment = createSteppedEnvironment();
  const begun = environment.now();
  const sentAt: number[] = [];
  const passing = () => (next: unknown) => next as never;
  const connection = (region = "us-east-1") => ({
    caller: { account: "123456789012" },
    environment,
    read: { region },
    purchase: async () => ({}),
    httpsOnly: passing(),
    renewing: passing(),
    forgetting: passing(),
  });
  const clients = createClients("RDS", async () => ({
    config: { serviceId: "RDS", systemClockOffset: 0 },
    middlewareStack: { add: () => undefined },
    send: async (_command: never, _options?: { readonly abortSignal?: AbortSignal }) => {
      sentAt.push(environment.now() - begun);
      const answer = answers[sentAt.length - 1] ?? "answered";
      if (answer === "answered") return answer;
      const { status, code } = answer;
      throw Object.assign(new Error("Rate exceeded"), { Code: code, $metadata: { httpStatusCode: status } });
    },
  }));
  return { clients, connection, environment, sentAt };
}

const command = undefined as never;

/** Lets promises go on, and no time pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

test("a read that AWS refuses because too many came is sent again after waits that double", async () => {
  const { clients, connection, sentAt } = clientOf([throttled, limited, throttled]);
  const reader = await clients.reader(connection());
  expect(await reader.send(command)).toBe("answered");
  expect(sentAt).toEqual([0, 1_000, 3_000, 7_000]);
});

test("others of the same API, account and region wait with it, and another region does not", async () => {
  const { clients, connection, sentAt } = clientOf([throttled]);
  const here = connection();
  const reader = await clients.reader(here);
  const other = await clients.reader(connection("eu-west-1"));
  const waiting = reader.send(command);
  await settle();
  expect(await other.send(command)).toBe("answered");
  expect(sentAt).toEqual([0, 0]);
  const again = await clients.reader(here);
  expect(again).toBe(reader);
  await Promise.all([waiting, again.send(command)]);
  expect(sentAt.slice(2).every((at) => at >= 1_000)).toBe(true);
});

test("refused to the end, it throws what AWS said; what is refused for another reason is not sent again", async () => {
  const ends = clientOf(Array.from({ length: 20 }, () => throttled));
  await expect((await ends.clients.reader(ends.connection())).send(command)).rejects.toMatchObject({
    Code: "Throttling",
  });
  expect(ends.sentAt).toHaveLength(6);
  const denied = clientOf([{ status: 403, code: "AccessDenied" }]);
  await expect((await denied.clients.reader(denied.connection())).send(command)).rejects.toThrow("Rate exceeded");
  expect(denied.sentAt).toHaveLength(1);
});

test("a wait ends with the signal's reason, and a purchase never waits and is sent once", async () => {
  const { clients, connection, sentAt } = clientOf([throttled, throttled]);
  const reader = await clients.reader(connection());
  const stop = new AbortController();
  const read = reader.send(command, { abortSignal: stop.signal });
  await settle();
  stop.abort(new Error("stopped"));
  await expect(read).rejects.toThrow("stopped");
  expect(sentAt).toHaveLength(1);
  const buyer = await clients.buyer(connection(), { handedOver: false });
  await expect(buyer.send(command)).rejects.toThrow("Rate exceeded");
  expect(sentAt).toHaveLength(2);
});
