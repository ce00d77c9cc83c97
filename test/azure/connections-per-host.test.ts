import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { readListing } from "../../src/drive/read-listing.ts";
import { recommend } from "./support/azure-samples.ts";

const nothing = { tokens: new Set<string>(), ids: new Set<string>() };

test("tenants list side by side, and no more than 50 reads are under way at one host", async () => {
  const open = new Set<ServerResponse>();
  let most = 0;
  let isHeld = true;
  const answerAll = () => {
    for (const response of open) response.writeHead(200, { "content-type": "application/json" }).end('{"value":[]}');
    open.clear();
  };
  const server = createServer((_request, response) => {
    open.add(response);
    most = Math.max(most, open.size);
    if (!isHeld) return answerAll();
    if (open.size < 50) return;
    // One more would arrive now.
    setTimeout(() => {
      isHeld = false;
      answerAll();
    }, 200);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { compute } = createAzure({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }).services;
  if (compute === undefined) throw new Error("It is sold.");
  const { signal } = new AbortController();
  const tenants = Array.from(
    { length: 60 },
    (_, index) => `10000000-aaaa-bbbb-cccc-${String(index).padStart(12, "0")}`,
  );
  const listings = tenants.map(async (tenantId) => {
    return readListing(compute.inventory, compute.scopeOf(recommend("compute", { tenantId })), nothing, { signal });
  });
  expect(await Promise.all(listings)).toHaveLength(60);
  expect(most).toBe(50);
});
