import { describe, expect, test } from "vitest";
import { environmentVariables } from "../environment-variables.ts";
import { thrownBy } from "../thrown-by.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { readWholeListing } from "../../src/drive/read-listing.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import {
  calmly,
  commitment,
  computeAt,
  fakeEnvironment,
  list,
  look,
  marker,
  missing,
  name,
  otherToken,
  problem,
  recommendation,
  submission,
  token,
} from "./gcp-samples.ts";

const { scope } = submission;
/** What a drive sees, by commitments. */
async function seen(compute: ServiceExecutor, tokens: readonly string[], ids: readonly string[] = []) {
  const { byToken, byId, endedCounts } = await look(compute, tokens, ids);
  return {
    byToken: new Map([...byToken].map(([key, found]) => [key, found.map(({ commitment }) => commitment)])),
    byId: new Map([...byId].map(([id, { commitment }]) => [id, commitment])),
    endedCounts,
  };
}

async function lookUp(replies: readonly Reply[], { tokens = [token], ids = [] as string[], settings = {} } = {}) {
  await using loopback = await startLoopback();
  loopback.on("list", ...replies);
  const result = await seen(computeAt(loopback.url, settings), tokens, ids).catch((thrown: unknown) => thrown);
  return { result, lists: loopback.arrived.filter(({ kind }) => kind === "list") };
}

const untrusted = { name: "RefusedError", code: "lookup-untrusted", retryable: true };

describe("the list of commitments", () => {
  test("an empty one is believed although Google leaves the array out; project and region are in the request", async () => {
    const { result, lists } = await lookUp([ok(list([]))]);
    expect(result).toEqual({ byToken: new Map(), byId: new Map(), endedCounts: true });
    expect(lists.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /compute/v1/projects/my-project-123/regions/us-central1/commitments",
    ]);
  });

  test("every page is read, and a commitment that moved between pages is one", async () => {
    const other = { ...commitment, name: "by-hand", description: "" };
    const pages = [ok(list([other, commitment], { nextPageToken: "2" })), ok(list([commitment]))];
    const { result, lists } = await lookUp(pages, { ids: ["by-hand", "gone"] });
    expect(lists.map(({ query }) => query.get("pageToken"))).toEqual([null, "2"]);
    const found = {
      id: name,
      state: "ACTIVE",
      standing: "live",
      settled: true,
      marked: true,
      purchasedAt: commitment.creationTimestamp,
    };
    expect(result).toEqual({
      byToken: new Map([[token, [found]]]),
      byId: new Map([["by-hand", { ...found, id: "by-hand", marked: false }]]),
      endedCounts: true,
    });
  });

  test("the token is found by its part in the name of any generation, and whole in a description", async () => {
    const later = { ...commitment, name: `${name}-g2`, description: "" };
    const described = { ...commitment, name: "renamed", description: `x ${commitment.description}` };
    const almost = { ...commitment, name: `${name}-g2x`, description: `cudly-idempotency-token=${token.slice(1)}` };
    const { result } = await lookUp([ok(list([later, described, almost]))], { tokens: [token, otherToken] });
    const { byToken } = result as { byToken: Map<string, { id: string }[]> };
    expect([...byToken].map(([key, found]) => [key, found.map(({ id }) => id)])).toEqual([
      [token, [`${name}-g2`, "renamed"]],
    ]);
  });

  test("it comes page by page, and each says what it carries and what it is", async () => {
    await using loopback = await startLoopback();
    const described = { ...commitment, description: `${commitment.description} cudly-idempotency-token=${otherToken}` };
    const named = { ...commitment, name: `${name}-g1`, description: "", autoRenew: true, type: undefined };
    const byHand = { ...commitment, name: "by-hand", description: "by hand", licenseResource: { license: "x" } };
    loopback.on("list", ok(list([described], { nextPageToken: "2" })), ok(list([named, byHand])));
    const { inventory } = computeAt(loopback.url);
    const pages = await Array.fromAsync(inventory.list(scope, { ...calmly, isComplete: () => false }));
    expect(inventory.endedCounts).toBe(true);
    const facts = {
      category: "MACHINE",
      type: "GENERAL_PURPOSE_N2",
      plan: "TWELVE_MONTH",
      autoRenew: "false",
      resources: "MEMORY 32768, VCPU 8",
      licenseResource: "none",
    };
    expect(pages.map((page) => page.map(({ marks, facts }) => ({ marks, facts })))).toEqual([
      [
        {
          marks: [
            { text: token, whole: true },
            { text: otherToken, whole: true },
          ],
          facts,
        },
      ],
      [
        {
          marks: [{ text: token.slice(0, 32), whole: false }],
          facts: { ...facts, type: undefined, autoRenew: "true" },
        },
        { marks: [], facts: { ...facts, licenseResource: "a licence that cannot be read" } },
      ],
    ]);
  });

  describe("A18, A19: whose a commitment is", () => {
    /** Another token with the same first 32 digits, so the same name. */
    const twin = `${token.slice(0, 32)}${"e".repeat(32)}`;
    const key = "cudly-idempotency-token";
    test.each<[string, string, string | undefined, readonly string[]]>([
      ["its own token in the description", name, `${key}=${token}`, [token]],
      ["no description: the name holds half of the token", name, undefined, [token, twin]],
      ["the twin's token in the description wins over the name", name, `${key}=${twin}`, [twin]],
      ["a stranger's token in the description wins over the name", name, `${key}=${"c".repeat(64)}`, []],
      [
        "the stranger's name, our token in the description",
        "cud-cccccccccccccccccccccccccccccccc",
        `${key}=${token}`,
        [token],
      ],
      ["a token in upper case", "renamed", `${key}=${token.toUpperCase()}`, [token]],
      ["a key in other letter case", "renamed", `Cudly-Idempotency-TOKEN=${token}`, [token]],
      ["blanks around it", "renamed", `  ${key}=${token} \t `, [token]],
      ["after a line break", "renamed", `bought\n${key}=${token}\r\nx`, [token]],
      ["not a whole token: it says nothing", name, `${key}=${token.slice(0, 40)}`, [token, twin]],
      ["another key with the same end", "renamed", `not-${key}=${token}`, []],
      ["another generation's name", `${name}-g12`, `${key}=${token}`, [token]],
      ["a name that only begins so", `${name}-g`, undefined, []],
    ])("%s", async (_what, named, description, tokens) => {
      const { result } = await lookUp([ok(list([{ ...commitment, name: named, description }]))], {
        tokens: [token, twin],
      });
      const { byToken } = result as { byToken: Map<string, unknown[]> };
      expect([...byToken.keys()]).toEqual(tokens);
    });

    test("a token that is asked for in upper case is the same", async () => {
      const { result } = await lookUp([ok(list([commitment]))], { tokens: [token.toUpperCase()] });
      expect([...(result as { byToken: Map<string, unknown> }).byToken.keys()]).toEqual([token.toUpperCase()]);
    });
  });

  test.each([
    ["CREATING", "live", false, true],
    ["NOT_YET_ACTIVE", "live", false, undefined],
    ["ACTIVE", "live", true, undefined],
    ["EXPIRED", "ended", true, undefined],
    ["CANCELLED", "unclear", true, undefined],
    ["NEVER_HEARD_OF", "live", false, undefined],
    ["constructor", "live", false, undefined],
  ])(
    "A28: %s is %s, settled: %s, tentative: %s, in a list, by id and by name",
    async (status, standing, settled, tentative) => {
      await using loopback = await startLoopback();
      loopback.on("list", ok(list([{ ...commitment, status }])));
      loopback.on("get", ok({ ...commitment, status }));
      const compute = computeAt(loopback.url);
      const { byToken, byId } = await seen(compute, [token], [name]);
      const [listed] = await readWholeListing(compute.inventory, scope, calmly);
      const read = await compute.inventory.read(scope, name, calmly);
      for (const found of [byToken.get(token)?.[0], byId.get(name), read?.commitment, listed?.commitment]) {
        expect({ tentative: undefined, ...found }).toMatchObject({ state: status, standing, settled, tentative });
      }
    },
  );
});

describe("a list that cannot vouch for completeness is refused: it is no proof that nothing was bought", () => {
  test.each<[string, Reply[]]>([
    ["an empty object", [ok({})]],
    ["a list of another kind", [ok(list([], { kind: "compute#reservationList" }))]],
    ["a list of no kind", [ok(list([], { kind: undefined }))]],
    ["a list that names no place", [ok(list([], { id: undefined, selfLink: undefined }))]],
    ["a list of another region", [ok(list([], { id: "projects/my-project-123/regions/us-east1/commitments" }))]],
    [
      "a list of another project",
      [ok(list([], { selfLink: "https://x/projects/other/regions/us-central1/commitments" }))],
    ],
    ["a list in part", [ok(list([commitment], { warning: { code: "UNREACHABLE", message: "x" } }))]],
    ["an entry without a name", [ok(list([{ ...commitment, name: undefined }]))]],
    ["C10: an entry whose name is a number", [ok(list([{ ...commitment, name: 5 }]))]],
    ["C10: an entry whose name is an object", [ok(list([{ ...commitment, name: { x: "y" } }]))]],
    ["C10: an entry whose description is a number", [ok(list([{ ...commitment, description: 5 }]))]],
    [
      "C10: an entry whose description is a list",
      [ok(list([{ ...commitment, description: [commitment.description] }]))],
    ],
    ["C10: an entry whose description is an object", [ok(list([{ ...commitment, description: {} }]))]],
    ["C10: an entry whose status is a truth value", [ok(list([{ ...commitment, status: true }]))]],
    ["C10: an entry that is a text", [ok(list([commitment, "x" as unknown as object]))]],
    ["C10: items that are no list", [ok({ ...list([commitment]), items: commitment })]],
    ["an entry without a status", [ok(list([{ ...commitment, status: undefined }]))]],
    ["HTML", [ok("<html></html>")]],
    ["an array", [ok([])]],
    ["nothing", [ok("")]],
    ["a page token that repeats", [ok(list([commitment], { nextPageToken: "2" }))]],
    ["a second page that is none", [ok(list([commitment], { nextPageToken: "2" })), ok({})]],
  ])("%s", async (_what, replies) => {
    const { result, lists } = await lookUp(replies);
    expect(result).toMatchObject(untrusted);
    expect(lists.length).toBeLessThanOrEqual(2);
  });

  test("more pages than the limit", async () => {
    const pages = ["2", "3", "4"].map((nextPageToken) => ok(list([], { nextPageToken })));
    const { result, lists } = await lookUp(pages, { settings: { maxPages: 3 } });
    expect(result).toMatchObject({ ...untrusted, message: expect.stringContaining("more than 3 pages") });
    expect(lists).toHaveLength(3);
  });

  test("a warning that there is nothing on a page is harmless", async () => {
    const { result } = await lookUp([ok(list([], { warning: { code: "NO_RESULTS_ON_PAGE" } }))]);
    expect(result).toEqual({ byToken: new Map(), byId: new Map(), endedCounts: true });
  });
});

describe("a list that fails", () => {
  test.each<[string, Reply, object, number]>([
    ["401", { status: 401, body: problem(401, "authError") }, { code: "access-denied", retryable: false }, 1],
    [
      "403 names the permission",
      { status: 403, body: problem(403, "forbidden") },
      { code: "access-denied", message: expect.stringContaining("compute.commitments.list") },
      1,
    ],
    ["404 of the project", { status: 404, body: missing("projects/my-project-123") }, { code: "lookup-failed" }, 1],
    [
      "503, tried again as often as set, by this package and not by the SDK",
      { status: 503, body: {} },
      { code: "lookup-failed", retryable: true },
      3,
    ],
    [
      "a rate limit",
      { status: 403, body: problem(403, "rateLimitExceeded") },
      { code: "lookup-failed", retryable: true },
      6,
    ],
    ["a reset", (response) => response.socket?.resetAndDestroy(), { code: "lookup-failed", retryable: true }, 3],
  ])("%s", async (_what, reply, expected, count) => {
    const { result, lists } = await lookUp([reply], { settings: { readAttempts: 3 } });
    expect(result).toMatchObject({ name: "RefusedError", ...expected });
    expect(lists).toHaveLength(count);
  });

  test("a 503 that passes costs nothing but a second request", async () => {
    const { result, lists } = await lookUp([{ status: 503, body: {} }, ok(list([commitment]))]);
    expect(result).toMatchObject({ byToken: new Map([[token, [{ id: name }]]]) });
    expect(lists).toHaveLength(2);
  });

  test("a Retry-After is waited for, each time that too many came, and the refusal names the last one", async () => {
    const slept: number[] = [];
    const readClock = () => ({ boot: "still", monotonic: 0, wall: 0 });
    const environment = { ...fakeEnvironment(), readClock, sleep: async (wait: number) => void slept.push(wait) };
    const later = (seconds: string): Reply => ({ status: 429, body: {}, headers: { "Retry-After": seconds } });
    const { result } = await lookUp([later("7"), later("90")], { settings: { readAttempts: 3, environment } });
    expect(result).toMatchObject({ code: "lookup-failed", retryable: true, retryAfter: 90_000 });
    expect(slept).toEqual([7_000, 90_000, 90_000, 90_000, 90_000]);
  });

  test("no token can be had: nothing is sent over the network; a token is asked for by the API's origin", async () => {
    const asked: unknown[] = [];
    const auth = {
      getRequestHeaders: async (url?: string | URL) => {
        asked.push(url);
        throw new Error("Could not load the default credentials.");
      },
    };
    const compute = computeAt("https://127.0.0.1:9", { credential: auth });
    expect(await thrownBy(look(compute, [token]))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("gcloud auth application-default login"),
    });
    expect(asked).toEqual(["https://127.0.0.1:9/"]);
  });

  test("without a credential of the caller's the SDK's own search is asked, for each API; none of it goes over the network", async () => {
    // A file that is not there ends the search before it asks the machine's metadata server.
    using _variables = environmentVariables({ GOOGLE_APPLICATION_CREDENTIALS: "/nowhere.json" });
    const compute = computeAt("https://127.0.0.1:9");
    const unavailable = { code: "credentials-unavailable", message: expect.stringContaining("/nowhere.json") };
    expect(await thrownBy(look(compute, [token]))).toMatchObject(unavailable);
    expect(await thrownBy(compute.quote(recommendation, marker, calmly))).toMatchObject(unavailable);
    expect(await compute.send(submission, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      reason: expect.stringContaining("it was not sent, because no Google token could be had"),
    });
  });

  test("a credential is never asked for where the endpoint is http", async () => {
    await using loopback = await startLoopback();
    loopback.on("list", ok(list([])));
    let asked = 0;
    const auth = { getRequestHeaders: async () => (asked++, new Headers({ authorization: "Bearer real" })) };
    await look(computeAt(loopback.url, { credential: auth }), [token]);
    expect(asked).toBe(0);
    expect(loopback.last("list").headers.authorization).toBe("Bearer buyonce-loopback/my-project-123");
  });
});

describe("one commitment by its name", () => {
  const read = async (reply: Reply, id = name) => {
    await using loopback = await startLoopback();
    loopback.on("get", reply);
    const result = await computeAt(loopback.url, { readAttempts: 1 })
      .inventory.read(scope, id, calmly)
      .catch((thrown: unknown) => thrown);
    return { result, gets: loopback.count("get") };
  };

  test("is there", async () => {
    expect((await read(ok(commitment))).result).toMatchObject({
      commitment: { id: name, state: "ACTIVE", marked: true },
    });
  });

  test("by the server's number too, as a person may give it", async () => {
    expect((await read(ok(commitment), commitment.id)).result).toMatchObject({ commitment: { id: name } });
  });

  test("is not there: only a 404 that names this commitment says so", async () => {
    expect((await read({ status: 404, body: missing() })).result).toBeUndefined();
    for (const body of [
      missing("projects/my-project-123"),
      problem(404, "other", `commitments/${name}'`),
      "",
      "<html/>",
    ]) {
      expect((await read({ status: 404, body })).result).toMatchObject({ code: "lookup-failed" });
    }
  });

  test("another one in its place is not believed", async () => {
    expect((await read(ok({ ...commitment, name: "other", id: "1" }))).result).toMatchObject({
      code: "lookup-untrusted",
    });
  });

  test.each([
    ["another project", "projects/other-project/regions/us-central1"],
    ["another region", "projects/my-project-123/regions/us-east1"],
  ])("one that says it is in %s is not believed, by its name or in a list", async (_what, place) => {
    const selfLink = `https://www.googleapis.com/compute/v1/${place}/commitments/${name}`;
    const untrusted = { code: "lookup-untrusted", message: expect.stringContaining(`is one of ${place}`) };
    expect((await read(ok({ ...commitment, selfLink }))).result).toMatchObject(untrusted);
    const { result } = await lookUp([ok(list([{ ...commitment, selfLink }]))], { settings: { readAttempts: 1 } });
    expect(result).toMatchObject(untrusted);
  });

  test.each(["../../commitments", "", "Buyonce-1", "a b", "x".repeat(64)])(
    "A28: %j cannot be a name: it is not put into a path, and that Google was not asked is no proof of absence",
    async (id) => {
      expect(await read(ok(commitment), id)).toMatchObject({ result: { code: "commitment-unverifiable" }, gets: 0 });
    },
  );

  test.each([
    ["another region", `projects/my-project-123/regions/us-east1/commitments/${name}`],
    ["another project", `projects/other-project/regions/us-central1/commitments/${name}`],
    ["another kind of resource", `projects/my-project-123/regions/us-central1/reservations/${name}`],
    ["another name", `projects/my-project-123/regions/us-central1/commitments/${name}-g1`],
  ])("A28: a 404 about %s does not say that it is absent", async (_what, what) => {
    expect((await read({ status: 404, body: missing(what) })).result).toMatchObject({ code: "lookup-failed" });
  });

  test("A28: a 404 that names the project by its number does", async () => {
    const what = `projects/123456789012/regions/us-central1/commitments/${name}`;
    expect((await read({ status: 404, body: missing(what) })).result).toBeUndefined();
  });
});
