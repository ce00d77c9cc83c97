// Limits are changed on pages: typed, shown once more beside those of before, and of the terms that were shown only.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser, expectUsable, isBrowserThere, watchedContext } from "./browser.ts";
import { ec2In, knownTokens, type Night, startNight, submitted, tokens } from "./night.ts";
import { isProof } from "../standing-for-all.ts";

let night: Night;
beforeAll(async () => void (night = await startNight({ authenticate: knownTokens() })));
afterAll(async () => {
  expect(night.errors).toEqual([]);
  await night.close();
});

type Who = keyof typeof tokens;
const headersOf = (who: Who) => ({
  accept: "text/html",
  origin: night.url,
  cookie: `buyonce-${new URL(night.url).port}=${tokens[who]}`,
});

async function get(path: string, who: Who = "operator") {
  const response = await fetch(night.url + path, { headers: headersOf(who), redirect: "manual" });
  return { status: response.status, location: response.headers.get("location"), text: await response.text() };
}

/** Presses the button of a page that asks, as it was shown. */
async function confirm(path: string, reason = "agreed", who: Who = "operator", shown?: string) {
  const text = shown ?? (await get(path, who)).text;
  const terms = (/name="terms" value="([^"]*)"/.exec(text)?.[1] ?? "").replaceAll("&quot;", '"');
  const body = new URLSearchParams({ terms, reason });
  const response = await fetch(night.url + path, { method: "POST", headers: headersOf(who), body, redirect: "manual" });
  return { status: response.status, location: response.headers.get("location"), text: await response.text() };
}

const recorded = async (executionId: string) => (await night.ledger.recorded(executionId))!;
let last = 0;
async function waiting(region = "us-east-1"): Promise<string> {
  const executionId = `engine-limit-${++last}`;
  await submitted(night, executionId, [ec2In(region), ec2In("eu-west-1")], { requireApproval: true });
  return executionId;
}
const path = (executionId: string, query: string) => `/executions/${executionId}/limits/confirm?${query}`;
const total = "amount=5000&currency=USD&amount=&currency=";

/** Approves an execution without its being driven. */
async function approved(executionId: string): Promise<void> {
  const { termsHash } = await night.purchaser.execution(executionId);
  await night.purchaser.approve(executionId, { person: "finance", reason: "in the budget", termsHash });
}

test("the limit for the whole execution: before and after are shown, the record names who and why", async () => {
  const executionId = await waiting();
  expect((await get(`/executions/${executionId}`)).text).toContain("Change the limit …");
  expect((await get(`/executions/${executionId}/limits`)).text).toContain("Amount in USD");
  const { text } = await get(path(executionId, total));
  expect(text.replaceAll(/<[^>]*>|\s+/g, " ").replaceAll(/ +/g, " ")).toMatch(/USD no limit 5,000\.00 USD/);
  expect((await recorded(executionId)).execution.maxTotals).toBeUndefined();
  const done = await confirm(path(executionId, total), "less this month");
  expect([done.status, done.location]).toEqual([303, `/executions/${executionId}?done=limits`]);
  expect((await recorded(executionId)).execution.maxTotals).toEqual([{ amount: "5000", currency: "USD" }]);
  expect((await night.ledger.executionHistory(executionId)).at(-1)).toMatchObject({
    event: "limits",
    person: "operator",
    reason: "less this month",
  });
  // None is null, and says so.
  const none = "amount=&currency=USD&amount=&currency=";
  expect((await get(path(executionId, none))).text).toContain("no limit</strong> for the whole execution");
  expect((await confirm(path(executionId, none))).status).toBe(303);
  expect((await recorded(executionId)).execution.maxTotals).toBeUndefined();
});

test("a recommendation's: raising clears an approval, lowering keeps it, and both are said before", async () => {
  const executionId = await waiting("us-east-2");
  await approved(executionId);
  const of = (amount: string) => path(executionId, `place=0&amount=${amount}&currency=USD&amount=&currency=`);
  const lower = await get(of("8000.50"));
  expect(lower.text).toMatch(/9,000\.00 USD[^]*8,000\.50 USD/);
  expect(lower.text).toMatch(/stays\./);
  expect((await confirm(of("8000.50"))).status).toBe(303);
  expect((await recorded(executionId)).execution.approval?.person).toBe("finance");
  const higher = await get(of("12000.00"));
  expect(higher.text).toMatch(/More may be spent, so the approval by[^]*is cleared/);
  const done = await confirm(of("12000.00"));
  expect(done.location).toBe(`/executions/${executionId}/recommendations/0?done=limits`);
  const { execution, records } = await recorded(executionId);
  expect(execution.approval).toBeUndefined();
  expect(records.map(({ recommendation }) => recommendation.maxPrice?.amount)).toEqual(["12000.00", "9000.00"]);
});

test("other terms than were shown: told, nothing is done; sent twice it is one", async () => {
  const executionId = await waiting("us-west-1");
  const shown = (await get(path(executionId, total))).text;
  const change = { person: "finance", reason: "less", maxTotals: [{ amount: "7000", currency: "USD" }] };
  await night.purchaser.setLimits(executionId, change);
  const late = await confirm(path(executionId, total), "agreed", "operator", shown);
  expect(late.status).toBe(412);
  expect(late.text).toContain("Nothing was changed.");
  expect(late.text).toContain("7,000.00 USD");
  expect((await recorded(executionId)).execution.maxTotals?.[0]?.amount).toBe("7000");
  const again = (await get(path(executionId, total))).text;
  const both = [1, 2].map(() => confirm(path(executionId, total), "twice", "operator", again));
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([303, 303]);
  const lines = (await night.ledger.executionHistory(executionId)).filter(({ reason }) => reason === "twice");
  expect(lines).toHaveLength(1);
});

test.each([
  ["a comma", "amount=5,000.00&currency=USD", "5,000.00 is not an amount"],
  ["a minus", "amount=-1&currency=USD", "-1 is not an amount"],
  ["no currency", "amount=1&currency=", "The amount 1 has no currency"],
  ["no such currency", "amount=1&currency=EURO", "EURO is no currency"],
  ["a currency twice", "amount=1&currency=USD&amount=2&currency=usd", "USD has two amounts"],
  ["two limits of one recommendation", "place=0&amount=1&currency=USD&amount=2&currency=EUR", "one limit"],
  ["what it is already", "place=0&amount=9000&currency=USD", "This is the limit already"],
])("%s: told, what was typed is kept, nothing can be pressed", async (_name, query, said) => {
  const executionId = "engine-limit-typed";
  if ((await night.ledger.recorded(executionId)) === undefined) {
    await submitted(night, executionId, [ec2In("ca-central-1")], { requireApproval: true });
  }
  const { status, text } = await get(path(executionId, query));
  expect([status, text.includes(said), text.includes("Change the limit</button>")]).toEqual([400, true, false]);
  expect((await confirm(path(executionId, query))).status).toBeGreaterThanOrEqual(400);
  expect((await recorded(executionId)).execution.termsVersion).toBe(1);
});

test("without an amount in the address nothing is taken for none", async () => {
  const executionId = await waiting("sa-east-1");
  const answer = await get(`/executions/${executionId}/limits/confirm`);
  expect([answer.status, answer.location]).toEqual([303, `/executions/${executionId}/limits`]);
});

test("a total below what is bought is refused by the door, and nothing is changed; what is bought has no limit any more", async () => {
  const executionId = "engine-limit-bought";
  await submitted(night, executionId, [
    ec2In("eu-central-1"),
    ec2In("eu-north-1", { maxPrice: { amount: "1", currency: "USD" } }),
  ]);
  const low = path(executionId, "amount=1&currency=USD&amount=&currency=");
  const refused = await confirm(low);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.text).toContain("Nothing was changed.");
  expect((await recorded(executionId)).execution.maxTotals).toBeUndefined();
  expect((await get(`/executions/${executionId}/limits?place=0`)).text).toContain("It is bought");
  expect((await get(`/executions/${executionId}/recommendations/0`)).text).not.toContain("Change its limit …");
  // What was refused as too dear fits now, and that it is not tried again by itself is said.
  const higher = path(executionId, "place=1&amount=9000&currency=USD&amount=&currency=");
  expect((await get(higher)).text).toContain("re-drive the execution afterwards");
});

test("who may not approve is not offered it, and is refused", async () => {
  const executionId = await waiting("ap-south-1");
  expect((await get(`/executions/${executionId}`, "reader")).text).not.toContain("Change the limit …");
  expect((await get(`/executions/${executionId}/limits`, "reader")).status).toBe(403);
  const shown = (await get(path(executionId, total))).text;
  expect((await confirm(path(executionId, total), "mine", "reader", shown)).status).toBe(403);
  expect((await recorded(executionId)).execution.maxTotals).toBeUndefined();
});

if (isProof)
  test.skipIf(!isBrowserThere)(
    "in a browser at 360 px, without script and with the keyboard alone",
    { timeout: 60_000 },
    async () => {
      const executionId = await waiting("eu-south-1");
      const browser = await startBrowser();
      const context = await watchedContext(browser, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
        javaScriptEnabled: true,
      });
      const page = await context.newPage();
      await page.goto(`${night.url}/sign-in`);
      await page.getByLabel("Your token").fill(tokens.operator);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: "Executions" }).waitFor();
      for (const where of [
        `/executions/${executionId}/limits`,
        path(executionId, "amount=1,5&currency=USD"),
        path(executionId, total),
      ]) {
        await page.goto(night.url + where);
        await expectUsable(page);
      }
      const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false });
      const form = await plain.newPage();
      await form.goto(`${night.url}/executions/${executionId}/recommendations/1`);
      await form.getByRole("link", { name: "Change its limit" }).press("Enter");
      await form.getByLabel("Amount in USD").fill("7000");
      await form.keyboard.press("Enter");
      await form.getByLabel("Why?").fill("less");
      await form.keyboard.press("Enter");
      await form.getByText("The limit is changed.").waitFor();
      expect((await recorded(executionId)).records[1]?.recommendation.maxPrice?.amount).toBe("7000");
      expect(context.complaints.filter((text) => !text.includes("400"))).toEqual([]);
      await browser.close();
    },
  );
