import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AuditReport, Finding } from "../../src/contract/audit-report.ts";
import { createAuditLine } from "../../src/door/audit-line.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
let report: ((real: AuditReport) => AuditReport) | undefined;
/** Who was audited, and what an audit waits for. */
let audited: (string | undefined)[];
let held: Promise<void> | undefined;
beforeEach(async () => {
  [audited, held] = [[], undefined];
  report = undefined;
  world = await startWorld(({ purchaser }) => ({
    authenticate: ({ headers }) => {
      const name = headers.get("authorization") ?? "";
      return { name, scopes: name === "auditor" ? ["read", "all"] : ["read", "write"] };
    },
    purchaser: {
      ...purchaser,
      audit: async (options) => {
        audited.push(options?.caller);
        if (options?.caller !== "three") await held;
        const real = await purchaser.audit(options);
        return report?.(real) ?? real;
      },
    },
  }));
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const headers = (name: string) => ({ authorization: name, prefer: "wait=30" });
const audit = (name: string, body?: object) =>
  ask(world.url, "POST", "/v1/audits", { ...(body === undefined ? {} : { body }), headers: headers(name) });
const other = { ...ec2, region: "eu-west-1" };
const put = (name: string, executionId: string, recommendation = ec2) =>
  ask(world.url, "PUT", `/v1/executions/${executionId}`, {
    body: { ...executionOf(recommendation), executionId },
    headers: headers(name),
  });
const kinds = (findings: readonly Finding[]) => findings.map(({ kind, executionId }) => [kind, executionId]);

/** Says of what is bought for an execution that it is somewhere else, so that it is a loss where it was. */
async function lose(executionId: string): Promise<void> {
  const [record] = await world.ledger.recordsOf(executionId);
  if (record?.commitment === undefined) throw new TypeError("It is bought.");
  const [answer] = await world.ledger.claim([record], "person", 1000, { corrections: true });
  if (answer?.kind !== "granted") throw new TypeError("Nobody holds it.");
  await world.ledger.observe(answer.claim, { ...record.commitment, id: `lost-${executionId}`, furtherIds: [] });
}

test("a caller is told of its own purchases alone; with the scope all, of everybody's", async () => {
  await put("one", "one-1");
  await put("two", "two-1");
  await put("two", "two-2", other);
  await lose("one-1");
  await lose("two-1");
  const own = await audit("one");
  expect(own.status).toBe(200);
  expect(own.json.scopes).toHaveLength(1);
  expect(own.json.scopes[0].listed).toBeUndefined();
  expect(kinds(own.json.findings).map(([, executionId]) => executionId)).not.toContain("two-1");
  expect(kinds(own.json.findings)).toContainEqual(["loss", "one-1"]);
  expect(own.text).not.toContain("two-");
  const all = await audit("auditor", {});
  expect(all.json.scopes).toHaveLength(2);
  expect(all.json.scopes.map(({ listed }: { listed: number }) => listed).toSorted()).toEqual([1, 2]);
  expect(kinds(all.json.findings)).toEqual(
    expect.arrayContaining([
      ["loss", "one-1"],
      ["loss", "two-1"],
    ]),
  );
  const nobody = await audit("three");
  expect(nobody.json).toEqual({ scopes: [], findings: [], more: 0, notLookedAt: [] });
});

test("only the places that are named are looked at, and of a caller's only those where it bought", async () => {
  await put("one", "one-1");
  await put("two", "two-2", other);
  const places = [{ provider: "aws", accountId: "123456789012", region: "eu-west-1" }];
  expect((await audit("one", { places })).json.scopes).toEqual([]);
  expect((await audit("two", { places })).json.scopes).toHaveLength(1);
  const labels = (await audit("auditor", { places })).json.scopes.map(({ label }: { label: string }) => label);
  expect(labels).toContain("AWS account 123456789012, eu-west-1, ec2");
  expect(labels.filter((label: string) => label.includes("us-east-1"))).toEqual([]);
});

test.each([
  [{ places: [{ provider: "nimbus" }] }, "#/places"],
  [{ places: [] }, "#/places"],
  [{ places: [{ provider: "aws", accountId: "123456789012" }] }, "#/places/0/region"],
  [{ places: [{ provider: "aws", accountId: 5 }] }, "#/places/0/accountId"],
  [{ repair: true }, "#/repair"],
  [{ caller: "two" }, "#/caller"],
])("%j is refused by its pointer", async (body, pointer) => {
  expect(await audit("auditor", body)).toMatchObject({ status: 400, json: { problems: [{ pointer }] } });
});

test("an answer has at most a thousand findings, and says how many there are more", async () => {
  await put("one", "one-1");
  report = (real) => ({
    ...real,
    findings: Array.from({ length: 1234 }, (): Finding => {
      return { kind: "orphan", scope: { key: "k", label: "l" }, commitments: [], message: "m" };
    }),
  });
  const { json } = await audit("auditor");
  expect([json.findings.length, json.more]).toEqual([1000, 234]);
});

test("one audit holds up nobody who bought nothing; one of each caller waits, and one that nobody wants any more does not", async () => {
  for (const name of ["one", "two", "four"]) await put(name, `${name}-1`);
  const hold = Promise.withResolvers<void>();
  held = hold.promise;
  const first = audit("one");
  await vi.waitUntil(() => audited.length === 1);
  expect((await audit("three")).status).toBe(200);

  const gone = new AbortController();
  const asked = (name: string, { signal }: AbortController = new AbortController()) => {
    const request = new Request(`${world.url}/v1/audits`, { method: "POST", headers: headers(name), signal });
    return world.handler(request, { address: "127.0.0.1" });
  };
  // In the order in which they are asked: once each of them waits, a further one of the same caller is refused.
  const [left, next] = [asked("two", gone), asked("four")];
  for (const name of ["two", "four"]) {
    const refused = await asked(name);
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
  }
  gone.abort();
  expect((await left).status).toBe(503);
  hold.resolve();
  expect([(await first).status, (await next).status]).toEqual([200, 200]);
  expect(audited).toEqual(["one", "three", "four"]);
});

test("an audit whose turn does not come is answered all the same", async () => {
  let isLate = false;
  const line = createAuditLine(() => (isLate ? Promise.resolve() : new Promise(() => undefined)));
  const hold = Promise.withResolvers<string>();
  const { signal } = new AbortController();
  const first = line({ caller: "one", signal }, () => hold.promise);
  isLate = true;
  await expect(line({ caller: "two", signal }, () => Promise.resolve(""))).rejects.toMatchObject({
    code: "server-busy",
  });
  isLate = false;
  hold.resolve("done");
  expect(await first).toBe("done");
  expect(await line({ caller: "two", signal }, () => Promise.resolve("later"))).toBe("later");
});

test("an audit that fails fails for whoever asked for it alone, and the next one has its turn", async () => {
  const line = createAuditLine(() => new Promise(() => undefined));
  const { signal } = new AbortController();
  const failing = line({ caller: "one", signal }, () => Promise.reject(new Error("the provider is gone")));
  const next = line({ caller: "two", signal }, () => Promise.resolve("done"));
  await expect(failing).rejects.toThrow("the provider is gone");
  expect(await next).toBe("done");
  expect(await line({ caller: "one", signal }, () => Promise.resolve("again"))).toBe("again");
});
