import pLimit from "p-limit";
import {
  applyPurchaseTags,
  createAzure,
  createReservationsClient,
  findReservationOrdersByToken,
  OpenOrderError,
  purchaseTwoStep,
} from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { executionOf, purchaseBody, source } from "../execution.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { createWire } from "./bench-wire.ts";

/** What is to be bought, and where. */
export interface Work {
  readonly url: string;
  readonly executionId: string;
  readonly recommendations: number;
  readonly concurrency: number;
}

/** Buys it all; returns the milliseconds that took. */
export type Way = (work: Work) => Promise<number>;

/** This library, with its ledger on disk. */
export const library: Way = async ({ url, executionId, recommendations, concurrency }) => {
  using folder = temporaryFolder();
  const ledger = await openSqliteLedger({ file: folder.file("ledger.db") });
  const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint: url })] });
  const begun = performance.now();
  const { outcomes } = await purchaser.drive(executionOf(executionId, recommendations), { concurrency });
  const took = performance.now() - begun;
  await ledger.close();
  const failed = outcomes.find(({ status }) => status !== "purchased");
  if (failed !== undefined) throw new Error(`The library did not buy: ${failed.status} ${failed.error?.message}`);
  return took;
};

/** No ledger: before every recommendation, and before every retry, all orders are listed to look for its token. */
export const lookupEachTime: Way = async ({ url, executionId, recommendations, concurrency }) => {
  const client = createReservationsClient({ endpoint: url });
  const limit = pLimit(concurrency);
  const buyOne = async (token: string): Promise<void> => {
    const body = applyPurchaseTags(purchaseBody, source, token);
    for (let attempt = 1; ; attempt += 1) {
      if ((await findReservationOrdersByToken(client, token)).length > 0) return;
      try {
        await purchaseTwoStep({ client, body });
        return;
      } catch (error) {
        if (attempt === 3 || !OpenOrderError.isInstance(error)) throw error;
      }
    }
  };
  const begun = performance.now();
  const tokens = Array.from({ length: recommendations }, (_, recIndex) =>
    deriveIdempotencyToken(executionId, recIndex),
  );
  await Promise.all(tokens.map((token) => limit(() => buyOne(token))));
  return performance.now() - begun;
};

/** The requests alone, in the order of a drive, without any guard and without the SDK: what no program can undercut on this machine. */
export const bareRequests: Way = async ({ url, executionId, recommendations, concurrency }) => {
  using wire = createWire(url);
  const limit = pLimit(concurrency);
  const bodies = bodiesOf(executionId, recommendations);
  const begun = performance.now();
  const pricing = Promise.all(bodies.map((body) => limit(() => quote(wire, body))));
  const [orderIds] = await Promise.all([pricing, list(wire)]);
  await Promise.all(orderIds.map((id, recIndex) => limit(() => buy(wire, id, bodies[recIndex] ?? {}))));
  return performance.now() - begun;
};

/** The requests of the Go engine, with nothing but node:http: a list, a price, a purchase and two reads of the order for each. */
export const goEngine: Way = async ({ url, executionId, recommendations, concurrency }) => {
  using wire = createWire(url);
  const limit = pLimit(concurrency);
  const buyOne = async (body: object): Promise<void> => {
    await list(wire);
    const id = await quote(wire, body);
    await buy(wire, id, body);
    for (let reads = 0; reads < 2; reads += 1) await wire.send("GET", orderPath(id));
  };
  const begun = performance.now();
  await Promise.all(bodiesOf(executionId, recommendations).map((body) => limit(() => buyOne(body))));
  return performance.now() - begun;
};

type Wire = ReturnType<typeof createWire>;

function bodiesOf(executionId: string, recommendations: number): readonly object[] {
  return Array.from({ length: recommendations }, (_, recIndex) =>
    applyPurchaseTags(purchaseBody, source, deriveIdempotencyToken(executionId, recIndex)),
  );
}

async function list(wire: Wire): Promise<void> {
  let next: string | undefined = "/providers/Microsoft.Capacity/reservationOrders";
  while (next !== undefined) ({ nextLink: next } = (await wire.send("GET", next)) as { nextLink?: string });
}

/** The id that it is bought under. */
async function quote(wire: Wire, body: object): Promise<string> {
  const { properties } = (await wire.send("POST", "/providers/Microsoft.Capacity/calculatePrice", body)) as {
    properties: { reservationOrderId: string };
  };
  return properties.reservationOrderId;
}

const orderPath = (id: string) => `/providers/Microsoft.Capacity/reservationOrders/${id}`;

async function buy(wire: Wire, id: string, body: object): Promise<void> {
  await wire.send("PUT", orderPath(id), body);
}
