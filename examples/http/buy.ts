// Buys what a file holds, once, with buyonce/client:
//
//     buyonce serve --sandbox &
//     node buy.ts order.json
//
// BUYONCE_URL is where the server is, BUYONCE_TOKEN the token where it asks for one, BUYONCE_WAIT for how many seconds it waits (600). Exit code: 0 all is bought or skipped, 3 something
// was refused, 4 something may be bought or waits for a person, 2 the order was not accepted, 1 it is not known: run it again.
import { readFileSync } from "node:fs";
import process from "node:process";
import { ClientError, createClient, type Execution, type Money } from "buyonce/client";

const { BUYONCE_URL: baseUrl = "http://127.0.0.1:4780", BUYONCE_TOKEN: token = "", BUYONCE_WAIT = "600" } = process.env;
const client = createClient({ baseUrl, ...(token === "" ? {} : { token }), timeout: Number(BUYONCE_WAIT) * 1000 });

setTimeout(() => console.error(`Nothing is decided yet. It waits up to ${BUYONCE_WAIT} s.`), 5000).unref();

try {
  // The id comes from the order and never changes. The client sends it again where an answer is lost; so may whoever runs this
  // again. Under a new id it would be bought twice.
  const text = readFileSync(process.argv[2] ?? "order.json", "utf8");
  const { executionId } = JSON.parse(text) as Execution;
  await client.submit(text, { idempotencyKey: encodeURIComponent(executionId) });
  const { outcomes, state, totals } = await client.wait(executionId);

  const money = (one: Money | undefined) => (one === undefined ? "-" : `${one.amount} ${one.currency}`);
  for (const { recIndex, status, price, commitment, error, note } of outcomes) {
    const what = commitment?.id ?? error?.message ?? note ?? "-";
    console.log(`${String(recIndex).padEnd(4)} ${status.padEnd(18)} ${money(price).padEnd(16)} ${what}`);
  }
  console.log(`${state}: ${totals.map(money).join(", ")}`);

  // What may be bought weighs more than what is surely not.
  const has = (...statuses: readonly string[]) => outcomes.some(({ status }) => statuses.includes(status));
  const isOpen = state === "waiting" || has("unresolved", "in-progress", "written-off");
  process.exitCode = isOpen ? 4 : has("refused", "rejected") ? 3 : 0;
} catch (error) {
  if (!ClientError.isInstance(error)) throw error;
  console.error(`${error.code}: ${error.detail}`);
  const { retryable, status = 400 } = error;
  if (retryable) console.error("It is not known whether it was bought. Run the same again.");
  process.exitCode = !retryable && status >= 400 && status < 500 ? 2 : 1;
}
