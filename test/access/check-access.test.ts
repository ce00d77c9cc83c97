// What the core makes of the answers of providers; the real ones are asked in test/end-to-end/doctor.test.ts.
import { describe, expect, test } from "vitest";
import { checkAccess } from "../../src/access/check-access.ts";
import type { AccessOptions } from "../../src/access/check-access.ts";
import type { AccessSubject } from "../../src/access/access-report.ts";
import type { PackageUse } from "../../src/access/check-use.ts";
import { type Environment, systemEnvironment } from "../../src/contract/environment.ts";
import { LedgerError, RefusedError } from "../../src/contract/errors.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { MissingPackageError } from "../../src/contract/optional-package.ts";
import type { ProviderAccess } from "../../src/contract/provider-access.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { thrownBy } from "../thrown-by.ts";

const recommend = (accountId: string, service = "cubes") =>
  ({ provider: "nimbus", service, accountId, region: "north", quantity: 1, term: "P1Y" }) as AnyRecommendation;

const accountOf = ({ accountId }: AnyRecommendation) => (typeof accountId === "string" ? accountId : "");

const never = () => new Promise<never>(() => undefined);
const denied = new RefusedError({ code: "access-denied", message: "No." });

/** A provider of which everything goes well, but for what is given; `asked` is what it was asked, in order. */
function nimbus(access: Partial<ProviderAccess> | null = {}, executor: Partial<ServiceExecutor> = {}) {
  const asked: string[] = [];
  const cubes = {
    provider: "nimbus",
    service: "cubes",
    describe: () => "a cube",
    scopeOf: (recommendation: AnyRecommendation) => ({ key: `nimbus/${accountOf(recommendation)}`, label: "" }),
    inventory: {
      list: async function* () {
        asked.push("list");
        yield [];
        throw new Error("The second page is not asked for.");
      },
    },
    quote: async () => {
      asked.push("quote");
      return { price: { amount: "24.00", currency: "GBP" }, handle: {}, request: {} };
    },
    send: async () => {
      asked.push("PURCHASE");
      return never();
    },
    ...executor,
  } as unknown as ServiceExecutor;
  const provider: Provider = {
    name: "nimbus",
    services: { cubes, spheres: { ...cubes, service: "spheres" } },
    ...(access === null
      ? {}
      : {
          access: {
            places: [],
            placeOf: (recommendation) => placeOf(accountOf(recommendation)),
            permissionsOf: () => ({ list: ["cubes.list"], price: ["cubes.price"], purchase: ["cubes.buy"] }),
            signIn: async () => ({ as: "me", by: "whoami", clockOffset: 0 }),
            mayPurchase: async () => ({ result: "allowed", by: "may I", detail: "Yes." }),
            ...access,
          },
        }),
  };
  return { provider, asked };
}

const placeOf = (id: string) => ({ key: `nimbus/${id}`, label: `account ${id}`, id });

async function check(
  provider: Provider,
  recommendations: readonly AnyRecommendation[] = [recommend("a")],
  options: AccessOptions & {
    readonly openLedger?: () => Promise<Ledger>;
    readonly environment?: Environment;
    readonly uses?: readonly PackageUse[];
  } = {},
) {
  const { openLedger = async () => createMemoryLedger(), environment = systemEnvironment, uses = [], ...how } = options;
  const report = await checkAccess(recommendations, { providers: [provider], openLedger, environment, uses }, how);
  const of = (subject: AccessSubject) => report.findings.filter((finding) => finding.subject === subject);
  const results = report.findings.map(({ subject, where, result }) => `${subject} ${where} ${result}`);
  return { report, of, results };
}

describe("what is asked", () => {
  test("each place, scope and service once; the first page of a listing; nothing is bought", async () => {
    const { provider, asked } = nimbus();
    const all = [recommend("a"), recommend("a"), recommend("a", "spheres"), recommend("b")];
    const { results, report } = await check(provider, all);
    expect(results).toEqual([
      "packages  ok",
      "sign-in account a ok",
      "clock account a ok",
      "list nimbus a, north, cubes ok",
      "price nimbus a, north, cubes ok",
      "purchase nimbus a, north, cubes ok",
      "price nimbus a, north, spheres ok",
      "purchase nimbus a, north, spheres ok",
      "sign-in account b ok",
      "clock account b ok",
      "list nimbus b, north, cubes ok",
      "price nimbus b, north, cubes ok",
      "purchase nimbus b, north, cubes ok",
      "ledger  warning",
    ]);
    expect(asked.toSorted()).toEqual(["list", "list", "quote", "quote", "quote"]);
    expect(report.ready).toBe(true);
    expect(report.install).toBeUndefined();
  });

  test("places that only the settings name are signed in to", async () => {
    const { provider, asked } = nimbus({ places: [placeOf("a"), placeOf("c")] });
    const { results } = await check(provider, []);
    expect(results.filter((line) => line.startsWith("sign-in"))).toEqual([
      "sign-in account a ok",
      "sign-in account c ok",
    ]);
    expect(asked).toEqual([]);
  });

  test("so many at a time as are allowed", async () => {
    let [open, most] = [0, 0];
    const signIn = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((done) => setImmediate(done));
      open -= 1;
      return { by: "whoami" };
    };
    const places = Array.from({ length: 20 }, (_, index) => placeOf(String(index)));
    await check(nimbus({ places, signIn }).provider, [], { concurrency: 3 });
    expect(most).toBe(3);
  });
});

describe("what fails", () => {
  test("in one place hides nothing of another, and nothing more is asked there", async () => {
    const { provider, asked } = nimbus({
      signIn: async ({ id }) => {
        if (id === "a") throw denied;
        return { by: "whoami" };
      },
    });
    const { results, report } = await check(provider, [recommend("a"), recommend("b")]);
    expect(results.slice(1, 6)).toEqual([
      "sign-in account a failed",
      "sign-in account b ok",
      "list nimbus b, north, cubes ok",
      "price nimbus b, north, cubes ok",
      "purchase nimbus b, north, cubes ok",
    ]);
    expect(report.ready).toBe(false);
    expect(report.findings[1]).toMatchObject({ detail: "No.", error: { code: "access-denied", message: "No." } });
    expect(asked).toEqual(["list", "quote"]);
  });

  test("a look-up, a price: each by itself; without a price nobody asks whether it may be bought", async () => {
    const list = () => ({ [Symbol.asyncIterator]: () => ({ next: async () => Promise.reject(denied) }) });
    const blind = await check(nimbus({}, { inventory: { list } as never }).provider);
    expect(blind.results.slice(3, 6)).toEqual([
      "list nimbus a, north, cubes failed",
      "price nimbus a, north, cubes ok",
      "purchase nimbus a, north, cubes ok",
    ]);
    const quote = async () => Promise.reject(denied);
    const mayPurchase = async () => Promise.reject(new Error("asked"));
    const dear = await check(nimbus({ mayPurchase }, { quote }).provider);
    expect(dear.of("price")).toMatchObject([{ result: "failed", by: "cubes.price" }]);
    expect(dear.of("purchase")).toMatchObject([{ result: "unknown", detail: expect.stringContaining("no price") }]);
  });

  test.each([
    ["denied", "failed", false],
    ["unknown", "unknown", true],
  ] as const)("a purchase that is %s", async (result, shown, ready) => {
    const mayPurchase = async () => ({ result, by: "may I", detail: "Hm.", todo: "Ask." });
    const { of, report } = await check(nimbus({ mayPurchase }).provider);
    expect(of("purchase")).toMatchObject([{ result: shown, by: "may I", detail: "Hm.", todo: "Ask." }]);
    expect(report.ready).toBe(ready);
  });

  test("the question whether it may be bought: that is unknown, and no failure", async () => {
    const mayPurchase = async () => Promise.reject(denied);
    const { of, report } = await check(nimbus({ mayPurchase }).provider);
    expect(of("purchase")).toMatchObject([{ result: "unknown", detail: "No." }]);
    expect(report.ready).toBe(true);
  });

  test("a provider that cannot say who asks: list and price are asked all the same", async () => {
    const { of, report } = await check(nimbus(null).provider);
    expect([of("sign-in"), of("purchase")].flat().map(({ result }) => result)).toEqual(["unknown", "unknown"]);
    expect([of("list"), of("price")].flat().map(({ result }) => result)).toEqual(["ok", "ok"]);
    expect(report.ready).toBe(true);
  });

  test.each([
    [-119_000, "ok", "119 s ahead of"],
    [119_000, "ok", "119 s behind"],
    [120_000, "failed", "120 s behind"],
    [-600_000, "failed", "600 s ahead of"],
    [1_400, "ok", "agrees"],
  ] as const)("a clock of the provider that is %i ms ahead: %s", async (clockOffset, result, words) => {
    const { of } = await check(nimbus({ signIn: async () => ({ by: "whoami", clockOffset }) }).provider);
    expect(of("clock")).toMatchObject([{ result, detail: expect.stringContaining(words) }]);
  });

  test("a clock that only the answer about the purchase shows", async () => {
    const signIn = async () => ({ by: "whoami" });
    const mayPurchase = async () => ({ result: "allowed", by: "may I", detail: "Yes.", clockOffset: 300_000 }) as const;
    const { of } = await check(nimbus({ signIn, mayPurchase }).provider);
    expect(of("clock")).toMatchObject([{ result: "failed" }]);
  });
});

describe("packages", () => {
  const missing = (install: string) => async () =>
    Promise.reject(new MissingPackageError({ install, cause: undefined }));

  test("all that are missing are one line, of services, sign-in and ledger; nothing is asked with them", async () => {
    const { provider, asked } = nimbus(
      { places: [placeOf("z")], signIn: async ({ id }) => (id === "z" ? missing("sign-in-sdk")() : { by: "whoami" }) },
      { load: missing("@nimbus/cubes@2") },
    );
    const openLedger = async () => {
      throw new LedgerError({
        code: "invalid-configuration",
        message: "No pg.",
        cause: await missing("pg@8")().catch((error: unknown) => error),
      });
    };
    const { report, of } = await check(provider, undefined, { openLedger });
    expect(report.install).toBe("npm install @nimbus/cubes@2 pg@8 sign-in-sdk");
    expect(report.ready).toBe(false);
    expect(of("packages")).toMatchObject([{ result: "failed", todo: report.install }]);
    expect(of("sign-in").map(({ result }) => result)).toEqual(["ok", "failed"]);
    expect(asked).toEqual([]);
  });

  test("those of another use of the program are a warning, and no drive waits for them", async () => {
    const uses = [
      { where: "buyonce serve", load: [missing("hono"), async () => undefined, missing("@hono/node-server")] },
      { where: "buyonce work", load: [async () => undefined] },
      { where: "all of it", load: [async () => Promise.reject(new Error("It is broken."))] },
    ];
    const { report, of } = await check(nimbus().provider, undefined, { uses });
    expect(of("packages").slice(1)).toMatchObject([
      { result: "warning", where: "buyonce serve", todo: "npm install @hono/node-server hono" },
      { result: "warning", where: "all of it", detail: "It is broken." },
    ]);
    expect([report.ready, report.install]).toEqual([true, undefined]);
  });

  test("one that breaks while it is loaded is a failure that names the service", async () => {
    const load = async () => Promise.reject(new Error("It is broken."));
    const { of, report } = await check(nimbus({}, { load }).provider);
    expect(of("packages")).toMatchObject([{ result: "failed", service: "cubes", detail: "It is broken." }]);
    expect(report.install).toBeUndefined();
  });
});

describe("the ledger", () => {
  test.each([
    ["ledger-missing", "warning", true],
    ["ledger-corrupt", "failed", false],
  ] as const)("that is %s", async (code, result, ready) => {
    const openLedger = async () => Promise.reject(new LedgerError({ code, message: "Broken." }));
    const { of, report } = await check(nimbus().provider, undefined, { openLedger });
    expect(of("ledger")).toMatchObject([{ result }]);
    expect(report.ready).toBe(ready);
  });
});

describe("time", () => {
  test("a question that hangs is given up after its own time, and the others are answered", async () => {
    const { of, results, report } = await check(
      nimbus({ signIn: async ({ id }) => (id === "a" ? never() : { by: "whoami" }) }).provider,
      [recommend("a"), recommend("b")],
      { timeout: 50 },
    );
    expect(of("sign-in")).toMatchObject([
      { result: "failed", detail: expect.stringContaining("No answer came within 0.05 s") },
      { result: "ok" },
    ]);
    expect(results).toContain("purchase nimbus b, north, cubes ok");
    expect(report.ready).toBe(false);
  });

  test("at the deadline what was not answered has failed, and the rest is reported", async () => {
    let end = () => undefined as unknown;
    const environment = {
      ...systemEnvironment,
      every: (_wait: number, act: () => unknown) => {
        end = act;
        return () => undefined;
      },
    };
    const { provider } = nimbus({
      signIn: async ({ id }) => (id === "a" ? never() : { by: "whoami" }),
      mayPurchase: async () => {
        // Once all that can be answered is.
        setImmediate(() => void end());
        return { result: "allowed", by: "may I", detail: "Yes." };
      },
    });
    const all = [recommend("a"), recommend("b")];
    const { of } = await check(provider, all, { deadline: Date.now() + 60_000, environment });
    expect(of("sign-in")).toMatchObject([
      { result: "failed", detail: expect.stringContaining("The time for all questions was over") },
      { result: "ok" },
    ]);
  });

  test("aborted: it says so, and every question is told", async () => {
    const controller = new AbortController();
    let told = false;
    const signIn: ProviderAccess["signIn"] = (_place, { signal }) => {
      signal.addEventListener("abort", () => (told = true));
      controller.abort();
      return never();
    };
    const all = [recommend("a"), recommend("b")];
    const stopped = thrownBy(check(nimbus({ signIn }).provider, all, { signal: controller.signal }));
    expect(await stopped).toMatchObject({ code: "aborted" });
    expect(told).toBe(true);
  });
});
