// What needs a person comes first, over pages too; what is paid monthly says in how many months.
import { afterAll, beforeAll, expect, test } from "vitest";
import { placesTable } from "../../src/door/console/places-table.ts";
import type { ShownPlace } from "../../src/door/console/read-execution.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { ec2In, type Night, park, startNight, submitted } from "./night.ts";

const waiting = 52;

let night: Night;
beforeAll(async () => {
  night = await startNight();
  await park(night, "engine-parked", [ec2In("eu-west-1")]);
  night.sandbox.clearFaults();
  const dear = ec2In("us-east-2", { maxPrice: { amount: "1.00", currency: "USD" } });
  await submitted(night, "engine-mixed", [ec2In("us-east-1"), dear]);
  for (let number = 0; number < waiting; number += 1) {
    await submitted(night, `engine-waiting-${number}`, [ec2In("us-west-1")], { requireApproval: true });
  }
  await submitted(night, "engine-bought", [ec2In("us-west-2")]);
}, 120_000);
afterAll(() => night.close());

/** A page's text, and the executions in the order in which one part of it names them. */
async function shown(path: string, label = "needed") {
  const response = await fetch(night.url + path, { headers: { accept: "text/html" } });
  const page = await response.text();
  const part = new RegExp(`<table class="results list" aria-labelledby="${label}">([^]*?)</table>`).exec(page)?.[1];
  const ids = [...(part ?? "").matchAll(/<a class="strong"[^>]*>(?:<bdi>)?([\w-]+)/g)].map(([, id = ""]) => id);
  const links = new Map(
    [...page.matchAll(/<a class="button" href="([^"]+)">([^<]+)</g)].map(([, to = "", text = ""]) => [
      text,
      to.replaceAll("&amp;", "&"),
    ]),
  );
  return { status: response.status, page, ids, links };
}

test("those that need a person are in one order over all pages of them, and none is left out", async () => {
  const first = await shown("/");
  expect(first.page).toContain(`Needs a person (1–50 of ${waiting + 2})`);
  expect(first.ids.slice(0, 2)).toEqual(["engine-parked", "engine-mixed"]);
  expect(first.links.has("More urgent")).toBe(false);
  const second = await shown(first.links.get("Less urgent") ?? "");
  expect(second.page).toContain(`Needs a person (51–54 of ${waiting + 2})`);
  expect(new Set([...first.ids, ...second.ids]).size).toBe(waiting + 2);
  expect(second.links.has("Less urgent")).toBe(false);
  expect((await shown(second.links.get("More urgent") ?? "")).ids).toEqual(first.ids);
  // The list below does not name them again.
  expect((await shown("/", "all")).ids).toEqual(["engine-bought"]);
});

test("a place beyond the last one is the last page; what is no place is refused", async () => {
  expect((await shown("/?needed=9000")).page).toContain(`Needs a person (51–54 of ${waiting + 2})`);
  for (const bad of ["x", "-1", "1e3", "99999"]) expect((await shown(`/?needed=${bad}`)).status, bad).toBe(400);
});

test("on a later page of all, those that need a person come first", async () => {
  const { links } = await shown("/");
  const { page, ids } = await shown(links.get("Older executions") ?? "", "all");
  expect(page).toContain("All, on each page first those that need a person");
  expect(ids.length).toBeGreaterThan(20);
  const last = await shown(
    (await shown(links.get("Older executions") ?? "")).links.get("Older executions") ?? "",
    "all",
  );
  // Of the two oldest the one that may be charged comes first.
  expect(last.ids.slice(0, 2)).toEqual(["engine-parked", "engine-mixed"]);
});

test("an execution's page: what was refused before what is bought, with the number of months", async () => {
  const page = await (await fetch(`${night.url}/executions/engine-mixed`)).text();
  expect([...page.matchAll(/<td class="number">(\d+)/g)].map(([, number]) => number)).toEqual(["1", "0"]);
  expect(
    page
      .match(/<td class="money " data-name="Each month">[^]*?<\/td>/g)
      ?.map((cell) => cell.replaceAll(/<[^>]*>|\s+(?=\s|<)/g, "").trim()),
  ).toEqual(["12 × ~96.71 USD", "12 × ~96.71 USD"]);
});

test("of what was recorded before it was known how it is paid, that is said", () => {
  const price = { amount: "480", currency: "GBP" };
  const payments = paidMonthly(price, { months: 11, kind: "fixed", dueNow: "40" });
  const commitment = { id: "order", state: "Succeeded", settled: true };
  const place = (changes: object): ShownPlace => ({
    outcome: { recIndex: 0, token: "t", status: "purchased", commitment, ...changes } as unknown as Outcome,
    record: undefined,
    what: "something",
  });
  const table = placesTable("e", [place({ price, payments }), place({ price }), place({})], { scopes: [] });
  const cells = [...table.text.matchAll(/data-name="(Due now|Each month)">([^]*?)<\/td>/g)];
  expect(cells.map(([, , cell = ""]) => cell.replaceAll(/<[^>]*>/g, "").trim())).toEqual(
    ["40.00 GBP", "11 × 40.00 GBP"].concat(["not known", "not known"], ["–", "–"]),
  );
});

test("a recommendation leads to its page in the provider's portal, where there is one", () => {
  const outcome = { recIndex: 3, token: "t", status: "purchased", provider: "aws", account: "1" } as unknown as Outcome;
  const place: ShownPlace = { outcome, record: undefined, what: "something" };
  const portal = "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#ReservedInstances:";
  expect(placesTable("e", [{ ...place, portal }], { scopes: [] }).text).toContain(`<a href="${portal}"`);
  expect(placesTable("e", [place], { scopes: [] }).text).not.toContain("Look at the provider");
});

test("what a person said to the execution stands in the history of its recommendation, as a sentence", async () => {
  const maxPrices = { 1: { amount: "2.00", currency: "USD" } };
  await night.purchaser.setLimits("engine-mixed", { maxPrices, person: "operator", reason: "as agreed" });
  const page = await (await fetch(`${night.url}/executions/engine-mixed/recommendations/1`)).text();
  expect(page).toContain("Its limit was changed by operator: as agreed");
  expect(page).not.toContain("limits, says");
});
