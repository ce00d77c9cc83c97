// One night of an operator and of finance, in a real browser: what is parked, refused and waiting is dealt with, page by page.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectUsable, isBrowserThere, startBrowser, watchedContext } from "./browser.ts";
import { ec2In, fillNight, knownTokens, type Night, park, startNight, submitted, tokens } from "./night.ts";

/** The folder in which every page of the night is kept as a picture, where one is named. */
const pictures = process.env["BUYONCE_PICTURES"];

const looks = [
  ["wide-light", { viewport: { width: 1280, height: 900 }, colorScheme: "light" }],
  ["wide-dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
  ["narrow-light", { viewport: { width: 360, height: 740 }, colorScheme: "light" }],
  ["narrow-dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark" }],
  // A sheet of A4, at 96 dots to the inch.
  ["print", { viewport: { width: 794, height: 1123 }, colorScheme: "light", media: "print" }],
] as const;

let browser: Browser;
let night: Night;

beforeAll(async () => {
  if (!isBrowserThere) return;
  browser = await startBrowser();
  night = await startNight({ authenticate: knownTokens() });
  await fillNight(night);
  await park(night, "engine-lost", [ec2In("eu-west-3", { instanceType: "m5.xlarge" })], "before");
  await submitted(night, "engine-too-much", [ec2In("ap-south-2"), ec2In("eu-south-1")], { requireApproval: true });
}, 120_000);
afterAll(async () => {
  if (!isBrowserThere) return;
  expect(night.errors).toEqual([]);
  await browser.close();
  await night.close();
});

const recorded = async (executionId: string) => (await night.ledger.recorded(executionId))!;
const states = async (executionId: string) => (await recorded(executionId)).records.map(({ state }) => state);

describe.skipIf(!isBrowserThere)("a night at the console", { timeout: 240_000 }, () => {
  test("each that needs a person is found on the first page, and dealt with", async () => {
    const context = await watchedContext(browser, looks[0][1]);
    const page = await context.newPage();
    let taken = 0;
    const look = async (name: string) => {
      await expectUsable(page);
      if (pictures === undefined) return;
      taken += 1;
      for (const [kind, { viewport, ...media }] of looks) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ media: "screen", ...media });
        const path = join(pictures, `${String(taken).padStart(2, "0")}-${name}-${kind}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      await page.setViewportSize(looks[0][1].viewport);
      await page.emulateMedia({ media: "screen", colorScheme: "light" });
    };
    const signInAs = async (who: keyof typeof tokens) => {
      await page.getByLabel("Your token").fill(tokens[who]);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { level: 1, name: "Executions" }).waitFor();
    };
    const open = async (executionId: string) => {
      await page.getByRole("link", { name: "Executions", exact: true }).first().click();
      await page.getByRole("link", { name: executionId, exact: true }).click();
      await page.getByRole("heading", { level: 1, name: executionId }).waitFor();
    };
    const because = async (reason: string, button: string) => {
      await page.getByLabel("Why?").fill(reason);
      await page.getByRole("button", { name: button }).click();
    };

    await page.goto(night.url);
    await look("sign-in");
    await signInAs("operator");
    const needed = page.getByRole("region", { name: /Needs a person/ }).locator("tbody tr");
    const order = (await needed.locator("a").allTextContents()).map((text) => text.trim());
    // Money that may be charged first, then what was not bought, then what waits.
    expect(order.slice(0, 2).toSorted()).toEqual(["engine-lost", "engine-parked"]);
    expect(order[2]).toBe("engine-refused");
    expect(order.slice(3).toSorted()).toEqual(["engine-too-much", "engine-waiting"]);
    await look("list");

    // Parked, and bought: the provider shows it.
    await open("engine-parked");
    await look("parked");
    await page
      .getByRole("link", { name: /us-east|eu-west-1/ })
      .first()
      .click();
    await look("parked-recommendation");
    await page.getByRole("link", { name: "Decide …" }).click();
    await look("decide");
    await page.getByRole("link", { name: "It was bought" }).click();
    const known = (await recorded("engine-bought")).records.map(({ commitment }) => commitment?.id);
    const [first] = (await recorded("engine-parked")).records;
    const id = night.sandbox
      .reservedInstances()
      .map((one) => one.id)
      .filter((one) => !known.includes(one));
    await page.getByLabel("The provider's number of it").fill("ri-not-there");
    await because("invoice 4711", "Record it as bought");
    await page.getByRole("alert").waitFor();
    await look("decide-refused");
    for (const one of id) {
      await page.getByLabel("The provider's number of it").fill(one);
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.getByRole("button", { name: "Record it as bought" }).click();
      await answered;
      if ((await recorded("engine-parked")).records[0]?.state === "purchased") break;
    }
    expect(first?.state).toBe("unknown");
    expect((await states("engine-parked"))[0]).toBe("purchased");
    await look("decided-bought");

    // Parked, and never bought: nothing is there.
    await open("engine-lost");
    await page
      .getByRole("link", { name: /eu-west-3/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Decide …" }).click();
    await page.getByRole("link", { name: "It was not bought" }).click();
    await look("not-bought");
    await because("neither list nor invoice shows it", "Record it as not bought, and buy it anew");
    await page
      .getByText(/neither list nor invoice shows it/)
      .first()
      .waitFor();
    await look("decided-not-bought");

    // Refused as too dear: the limit is raised, and it is driven again.
    await open("engine-refused");
    await look("refused");
    await page
      .getByRole("link", { name: /us-west-1/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Change its limit …" }).click();
    await page.getByLabel("Amount in USD").fill("a lot");
    await page.getByRole("button", { name: "Show what it changes" }).click();
    await page.getByRole("alert").getByText("a lot is not an amount").waitFor();
    await look("limit-wrong");
    await page.getByLabel("Amount in USD").fill("9000.00");
    await page.getByRole("button", { name: "Show what it changes" }).click();
    await look("limit");
    await because("as agreed with finance", "Change the limit");
    await page.getByText("The limit is changed.").waitFor();
    await open("engine-refused");
    await page.getByRole("link", { name: "Re-drive …" }).click();
    await look("redrive");
    await page.getByRole("button", { name: "Drive it again" }).click();
    await page.getByText("It is driven again.").waitFor();
    await expect.poll(() => states("engine-refused"), { timeout: 60_000 }).toEqual(["purchased", "purchased"]);
    await page.getByText("Limits changed: no. 0 9,000.00 USD").waitFor();
    await look("redriven");

    // Submitted twice by somebody: one is dropped, the rest cancelled, reopened, and left for finance.
    await open("engine-too-much");
    await page
      .getByRole("link", { name: /eu-south-1/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Drop …" }).click();
    await look("drop");
    await because("not needed", "Drop it for good");
    await expect.poll(() => states("engine-too-much")).toEqual(["planned", "skipped"]);
    await open("engine-too-much");
    await page.getByRole("link", { name: "Cancel …" }).click();
    await look("cancel");
    await because("to be looked at tomorrow", "Cancel the execution");
    await page.getByText("operator cancelled it").waitFor();
    await look("cancelled");
    await page.getByRole("link", { name: "Reopen …" }).click();
    await look("reopen");
    await because("needed after all", "Reopen the execution");
    await page.getByText("Reopened.").waitFor();

    // Finance approves what waits.
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await signInAs("finance");
    await open("engine-waiting");
    await look("waiting");
    await page.getByRole("link", { name: "Approve …" }).click();
    await look("approve");
    await because("in the budget of the quarter", "Approve, and buy");
    await page.getByText("finance approved it").waitFor();
    await expect
      .poll(async () => new Set(await states("engine-waiting")), { timeout: 60_000 })
      .toEqual(new Set(["purchased"]));
    await page.goto(`${night.url}/executions/engine-waiting/approve`);
    await look("approved-already");
    await page.goto(`${night.url}/executions/engine-parked/redrive`);
    await page.getByRole("heading", { level: 1, name: "You may not do this" }).waitFor();
    await look("may-not");
    await page.goto(`${night.url}/executions/engine-nothing`);
    await look("not-found");
    await page.goto(`${night.url}/`);
    await look("list-after");
    await context.close();
  });
});
