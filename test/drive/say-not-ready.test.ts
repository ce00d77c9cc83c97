// A drive says what is missing before anything is sent, and asks no more for it than its look-up does.
import { describe, expect, test } from "vitest";
import { RefusedError } from "../../src/contract/errors.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { loadTogether, MissingPackageError } from "../../src/contract/optional-package.ts";
import type { ProviderAccess } from "../../src/contract/provider-access.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup } from "./setup.ts";

const denied = new RefusedError({ code: "credentials-unavailable", message: "Sign in." });

/** A purchaser whose provider says who asks, and what it was asked. */
function accessible({
  signIn = async () => undefined,
  load,
}: { signIn?: (id: string | undefined) => Promise<unknown>; load?: ServiceExecutor["load"] } = {}) {
  const parts = setup();
  const asked: string[] = [];
  const access: ProviderAccess = {
    places: [],
    placeOf: ({ account }) => {
      const id = typeof account === "string" ? account : "";
      return { key: `imitation/${id}`, label: `account ${id}`, id };
    },
    permissionsOf: () => ({ list: [], price: [], purchase: [] }),
    signIn: async ({ id }) => {
      asked.push(String(id));
      await signIn(id);
      return { by: "nobody" };
    },
    mayPurchase: async () => Promise.reject(new Error("A drive does not ask.")),
  };
  const { executor } = parts.cloud;
  const provider = { name: "imitation", services: { disk: load ? { ...executor, load } : executor }, access };
  const purchaser = createPurchaser({ ...parts.options, providers: [provider] });
  const drive = async () => {
    const events: DriveEvent[] = [];
    const all = execution(disk(), disk({ size: "large" }), disk({ account: "b" }));
    const { outcomes } = await purchaser.drive(all, { onEvent: (event) => events.push(event) });
    return { events, statuses: outcomes.map(({ status }) => status) };
  };
  return { ...parts, drive, asked };
}

const typesOf = (events: readonly DriveEvent[]) => events.map(({ type }) => type);

describe("what is not ready", () => {
  test("nothing: each account is signed in to once, and nothing is said", async () => {
    const { drive, asked } = accessible();
    const { events, statuses } = await drive();
    expect(statuses).toEqual(["purchased", "purchased", "purchased"]);
    expect(asked).toEqual(["a", "b"]);
    expect(typesOf(events)).not.toContain("not-ready");
  });

  test("what is bought and settled needs nobody", async () => {
    const { drive, asked, cloud } = accessible();
    await drive();
    for (const order of cloud.orders) order.state = "Succeeded";
    // It notes that they are final.
    await drive();
    asked.length = 0;
    await drive();
    expect(asked).toEqual([]);
  });

  test("an account that cannot be signed in to is said before anything is sent; the others are bought", async () => {
    const { drive } = accessible({ signIn: async (id) => (id === "b" ? Promise.reject(denied) : undefined) });
    const { events } = await drive();
    const said = events.filter(({ type }) => type === "not-ready");
    const error = { code: "credentials-unavailable", message: "Sign in." };
    expect(said).toEqual([{ at: expect.any(Number), type: "not-ready", where: "account b", error }]);
    expect(typesOf(events).indexOf("not-ready")).toBeLessThan(typesOf(events).indexOf("quoting"));
    expect(typesOf(events).filter((type) => type === "sending").length).toBeGreaterThanOrEqual(2);
  });

  test("an account that cannot be signed in to is driven after the others, and holds up none of them", async () => {
    const { drive } = accessible({ signIn: async (id) => (id === "a" ? Promise.reject(denied) : undefined) });
    const { events, statuses } = await drive();
    expect(statuses).toEqual(["purchased", "purchased", "purchased"]);
    expect(events.flatMap((event) => (event.type === "quoting" ? [event.recIndex] : []))).toEqual([2, 0, 1]);
  });

  test("a missing package is said once, before anything is sent", async () => {
    const load = async () => Promise.reject(new MissingPackageError({ install: "disk-sdk@1", cause: undefined }));
    const { events } = await accessible({ load }).drive();
    expect(events.filter(({ type }) => type === "not-ready")).toMatchObject([
      {
        where: "imitation disk",
        error: { code: "invalid-configuration", message: expect.stringContaining("disk-sdk@1") },
      },
    ]);
    expect(typesOf(events).indexOf("not-ready")).toBeLessThan(typesOf(events).indexOf("quoting"));
  });

  test("D: what is missing for several services and for signing in is said in one line, before anything is sent", async () => {
    const lacking = (install: string) => Promise.reject(new MissingPackageError({ install, cause: undefined }));
    const { events } = await accessible({
      load: () => loadTogether([lacking("disk-sdk@1"), lacking("price-sdk")], "Disks need"),
      signIn: async (id) => (id === "b" ? lacking("credentials-sdk") : undefined),
    }).drive();
    const said = events.filter(({ type }) => type === "not-ready");
    expect(said).toMatchObject([
      {
        where: "account b, imitation disk",
        error: { message: expect.stringContaining("npm install credentials-sdk disk-sdk@1 price-sdk.") as string },
      },
    ]);
    expect(typesOf(events).indexOf("not-ready")).toBeLessThan(typesOf(events).indexOf("quoting"));
  });

  test("a drive that is stopped while somebody signs in ends", async () => {
    const controller = new AbortController();
    const parts = setup();
    const access = {
      places: [],
      placeOf: () => ({ key: "a", label: "a" }),
      permissionsOf: () => ({ list: [], price: [], purchase: [] }),
      signIn: () => {
        controller.abort();
        return new Promise<never>(() => undefined);
      },
      mayPurchase: async () => Promise.reject(new Error("A drive does not ask.")),
    };
    const purchaser = createPurchaser({ ...parts.options, providers: [{ ...parts.cloud.provider, access }] });
    const stopped = purchaser.drive(execution(), { signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  });
});
