import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectUsable, isBrowserThere, startBrowser, watchedContext } from "./browser.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { ec2In, fillNight, knownTokens, type Night, park, startNight, submitted, tokens } from "./night.ts";

let browser: Browser;
let night: Night;

beforeAll(async () => {
  if (!isBrowserThere) return;
  browser = await startBrowser();
  night = await startNight({ authenticate: knownTokens() });
  await fillNight(night);
});
afterAll(async () => {
  if (!isBrowserThere) return;
  expect(night.errors).toEqual([]);
  await browser.close();
  await night.close();
});

/** Signs in, as somebody does with the keyboard and a mouse. */
async function signIn(page: Page, who: keyof typeof tokens = "operator"): Promise<void> {
  await page.goto(`${night.url}/sign-in`);
  await page.getByLabel("Your token").fill(tokens[who]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Executions" }).waitFor();
}

/** A page of somebody who is signed in, with what the browser complains about. */
async function opened(
  options: NonNullable<Parameters<typeof watchedContext>[1]> & { readonly who?: keyof typeof tokens } = {},
) {
  const { who, ...context } = options;
  const watched = await watchedContext(browser, context);
  const page = await watched.newPage();
  await signIn(page, who);
  return { page, context: watched, complaints: watched.complaints };
}

const recorded = async (executionId: string) => (await night.ledger.recorded(executionId))!;
const place = "/executions/engine-parked/recommendations/0";
const pages = [
  "/",
  "/?state=complete",
  "/executions/engine-bought",
  "/executions/engine-parked",
  "/executions/engine-refused",
  "/executions/engine-waiting",
  "/executions/engine-over",
  "/executions/engine-waiting/approve",
  "/executions/engine-parked/cancel",
  "/executions/engine-refused/redrive",
  "/executions/engine-over/reopen",
  "/executions/engine-waiting/recommendations/0/skip",
  place,
  `${place}/resolve`,
  ...["bought", "not-bought", "not-this", "write-off"].map((finding) => `${place}/resolve/${finding}`),
] as const;

describe.skipIf(!isBrowserThere)("the console in a real browser", { timeout: 240_000 }, () => {
  /** The narrow one in the dark has the least room and the least contrast. */
  const looks = [
    ["light and wide", { viewport: { width: 1280, height: 900 } }],
    ["dark and wide", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
    ["light, at 360 px", { viewport: { width: 360, height: 740 } }],
    ["dark, at 360 px", { viewport: { width: 360, height: 740 }, colorScheme: "dark" }],
  ] as const;
  test.each(standingForAll(looks, () => false))(
    "%s: axe-core finds nothing, nothing sticks out, and the browser has no complaint",
    async (_name, how) => {
      const { page, context, complaints } = await opened(how);
      for (const path of pages) {
        await page.goto(night.url + path);
        await expectUsable(page);
      }
      expect(complaints).toEqual([]);
      // The browser says that there is nothing, which is so.
      await page.goto(`${night.url}/executions/nix`);
      await expectUsable(page);
      await page.goto(`${night.url}/sign-in?why=over`);
      await expectUsable(page);
      await context.close();
    },
  );

  test("with the keyboard alone: sign in, find what waits, read the money, approve it", async () => {
    await submitted(night, "engine-keyboard", [ec2In("ap-northeast-2")], { requireApproval: true });
    const context = await watchedContext(browser);
    const page = await context.newPage();
    const { keyboard } = page;
    const focused = () => page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id");
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await keyboard.press("Tab");
        // What has the focus is seen to have it.
        expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
        if (name.test(String(await focused()))) return;
      }
      throw new Error(`No Tab leads to ${name}.`);
    };
    await page.goto(night.url);
    await tabTo(/^token$/);
    await keyboard.type(tokens.operator);
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Executions" }).waitFor();
    await tabTo(/^To the content$/);
    await keyboard.press("Enter");
    await tabTo(/^engine-keyboard$/);
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "engine-keyboard" }).waitFor();
    await tabTo(/^Approve/);
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Approve engine-keyboard?" }).waitFor();
    await tabTo(/^reason$/);
    await keyboard.type("in the budget");
    await tabTo(/^Approve, and buy$/);
    await keyboard.press("Enter");
    await page.getByText("operator approved it").waitFor();
    expect((await recorded("engine-keyboard")).execution.approval).toMatchObject({
      person: "operator",
      reason: "in the budget",
    });
    await context.close();
  });

  proofTest("without script: every action, by forms", async () => {
    await submitted(night, "engine-plain-1", [ec2In("ap-northeast-3")], { requireApproval: true });
    await submitted(night, "engine-plain-2", [ec2In("ap-southeast-3")], { requireApproval: true });
    await submitted(night, "engine-plain-3", [
      ec2In("eu-central-2", { maxPrice: { amount: "1.00", currency: "USD" } }),
    ]);
    await park(night, "engine-plain-4", [ec2In("eu-south-2")], "before");
    const { page, context } = await opened({ javaScriptEnabled: false });
    await page.goto(`${night.url}/executions/engine-plain-1`);
    await page.getByRole("link", { name: "Approve" }).click();
    await page.getByLabel("Why?").fill("in the budget");
    await page.getByRole("button", { name: "Approve, and buy" }).click();
    await page.getByText("operator approved it").waitFor();

    await page.goto(`${night.url}/executions/engine-plain-2`);
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByLabel("Why?").fill("ordered twice");
    await page.getByRole("button", { name: "Cancel the execution" }).click();
    await page.getByRole("status").getByText("operator cancelled it").waitFor();

    await page.goto(`${night.url}/executions/engine-plain-3`);
    await page.getByRole("link", { name: "Re-drive" }).click();
    await page.getByRole("button", { name: "Drive it again" }).click();
    await page.getByText("It is driven again.").waitFor();

    await page.goto(`${night.url}/executions/engine-plain-4`);
    await page.getByRole("link", { name: "Decide about no. 0" }).click();
    await page.getByRole("link", { name: "It was not bought" }).click();
    await page.getByLabel("Why?").fill("not on the bill");
    await page.getByRole("button", { name: "Record it as not bought" }).click();
    await page.getByText("Decided not bought by operator").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await context.close();
  });

  proofTest("two operators: the page that asks is told that it changed, does not move, and does nothing", async () => {
    await submitted(night, "engine-two", [ec2In("ca-central-1")], { requireApproval: true });
    const { page, context } = await opened();
    await page.goto(`${night.url}/executions/engine-two/approve`);
    await page.getByLabel("Why?").fill("in the budget");
    const button = page.getByRole("button", { name: "Approve, and buy" });
    const before = await button.boundingBox();
    const maxTotals = [{ amount: "5000", currency: "USD" }];
    await night.purchaser.setLimits("engine-two", { person: "finance", reason: "less", maxTotals });
    await page.getByRole("status").getByText("It changed after you opened this page").waitFor();
    expect(await button.boundingBox()).toEqual(before);
    expect(await page.evaluate("document.activeElement.id")).toBe("reason");
    await button.click();
    await page.getByRole("alert").getByText("Nothing was changed.").waitFor();
    expect(await page.getByLabel("Why?").inputValue()).toBe("in the budget");
    expect((await recorded("engine-two")).execution.approval).toBeUndefined();
    await expectUsable(page);
    await page.getByRole("button", { name: "Approve, and buy" }).click();
    await page.getByText("operator approved it").waitFor();
    await context.close();
  });

  proofTest("pressed twice, it is sent once", async () => {
    await submitted(night, "engine-twice", [ec2In("sa-east-1")], { requireApproval: true });
    const { page, context } = await opened();
    await page.goto(`${night.url}/executions/engine-twice/approve`);
    await page.getByLabel("Why?").fill("in the budget");
    await page.getByRole("button", { name: "Approve, and buy" }).dblclick();
    await page.getByText("operator approved it").waitFor();
    const history = await night.ledger.executionHistory("engine-twice");
    expect(history.filter(({ event }) => event === "approve")).toHaveLength(1);
    await context.close();
  });

  proofTest("live: what happens shows by itself; the focus stays, and what has it does not move", async () => {
    await submitted(night, "engine-live", [ec2In("eu-west-3"), ec2In("eu-north-1")], { requireApproval: true });
    const { page, context, complaints } = await opened({ viewport: { width: 1280, height: 700 } });
    await page.goto(`${night.url}/executions/engine-live`);
    const link = page.locator("#no-1 .what a").first();
    const shown = (await link.textContent()) ?? "none";
    await link.focus();
    const before = await link.boundingBox();
    await night.purchaser.cancel("engine-live", { person: "finance", reason: "too dear" });
    await page.getByText("cancelled by finance").first().waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe(shown);
    // But for a part of a pixel, which no browser scrolls by.
    expect(Math.abs(((await link.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(1);
    // The part in which the focus is stays, and says so, until the focus leaves it.
    await page.getByRole("status").getByText("There is news.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Show it" }).click();
    await expect.poll(() => page.locator("#no-1").textContent()).toContain("Stopped");
    expect(complaints).toEqual([]);
    await context.close();
  });

  proofTest("a lost connection is told, and so is that it is back, with what happened meanwhile", async () => {
    await submitted(night, "engine-lost", [ec2In("us-east-2")], { requireApproval: true });
    const { page, context } = await opened();
    await page.goto(`${night.url}/executions/engine-lost`);
    await night.restart(async () => {
      await page
        .getByRole("status")
        .getByText(/Connection lost at .*What you see may be old/)
        .waitFor();
      await expectUsable(page);
      await night.purchaser.cancel("engine-lost", { person: "finance", reason: "too dear" });
    });
    await page.getByRole("status").getByText("Connected again").waitFor();
    await page.getByText("cancelled by finance").first().waitFor();
    await context.close();
  });

  proofTest(
    "a stream of events: each number is followed once, a cut stream goes on after the last, an ended one is left",
    async () => {
      const asked: (string | null)[] = [];
      let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
      const send = (text: string) => stream?.enqueue(new TextEncoder().encode(text));
      const other = await startNight({}, (handler) =>
        Object.assign(async (request: Request) => {
          if (!request.url.endsWith("/events")) return handler(request);
          asked.push(request.headers.get("last-event-id"));
          const body = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) });
          return new Response(body, { headers: { "content-type": "text/event-stream" } });
        }, handler),
      );
      await submitted(other, "engine-stream", [ec2In("us-east-1")], { requireApproval: true });
      const context = await watchedContext(browser);
      const page = await context.newPage();
      await page.goto(`${other.url}/executions/engine-stream`);
      await expect.poll(() => asked).toEqual(["1"]);
      await other.purchaser.cancel("engine-stream", { person: "finance", reason: "too dear" });
      send(": nothing new\n\nid: 2\nda");
      send('ta: {"kind":"execution"}\n\n');
      await page.getByText("cancelled by finance").first().waitFor();
      stream?.close();
      await expect.poll(() => asked).toEqual(["1", "2"]);
      await other.purchaser.reopen("engine-stream", { person: "finance", reason: "needed" });
      send("id: 3\ndata: {}\n\n");
      await page.getByText("It waits for an approval.").waitFor();
      send("event: end\ndata: {}\n\n");
      stream?.close();
      await other.purchaser.cancel("engine-stream", { person: "operator", reason: "after all not" });
      // It is no longer listened to, and is still looked at.
      await page.getByText("cancelled by operator").first().waitFor();
      expect(asked).toHaveLength(2);
      expect(context.complaints).toEqual([]);
      await context.close();
      await other.close();
    },
  );

  proofTest("signed out elsewhere: the page says so", async () => {
    const { page, context } = await opened();
    await page.goto(`${night.url}/executions/engine-waiting`);
    await context.clearCookies();
    await page.getByRole("status").getByText("You are signed out.").waitFor();
    await context.close();
  });

  proofTest("times are in the reader's zone, with UTC beside", async () => {
    const { page, context } = await opened({ timezoneId: "Asia/Tokyo" });
    await page.goto(`${night.url}/executions/engine-waiting`);
    const time = page.locator("time").first();
    const at = new Date((await time.getAttribute("datetime")) ?? "");
    const tokyo = at.toLocaleTimeString("en-GB", { timeZone: "Asia/Tokyo" });
    expect(await time.textContent()).toMatch(new RegExp(`${tokyo}.*\\(${at.toISOString().slice(11, 19)} UTC\\)`));
    await context.close();
  });

  proofTest("500 recommendations: shown whole, usable, and the page is not heavy", async () => {
    const many = Array.from({ length: 500 }, (_, index) => ec2In("us-west-2", { quantity: index + 1 }));
    await submitted(night, "engine-many", many, { requireApproval: true });
    const { page, context } = await opened();
    for (const path of ["/executions/engine-many", "/executions/engine-many/approve"]) {
      const response = await page.goto(night.url + path);
      expect((await response!.body()).length).toBeLessThan(1_000_000);
      expect(await page.locator(".places tbody tr").count()).toBe(500);
    }
    await expectUsable(page);
    expect(await page.getByText("4,500,000.00 USD").count()).toBeGreaterThan(0);
    await context.close();
  });

  proofTest("on paper: no buttons, nothing cut off, on A4", async () => {
    const { page, context } = await opened();
    await page.goto(`${night.url}/executions/engine-parked`);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("link", { name: "Cancel" }).isVisible()).toBe(false);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(boxes.length).toBeGreaterThan(0);
    for (const [, width, height] of boxes) {
      expect([Number(width).toFixed(0), Number(height).toFixed(0)]).toEqual(["595", "842"]);
    }
    await context.close();
  });

  proofTest("on paper: what is bought, and by which execution, is there; nothing is wider than the sheet", async () => {
    // A4 between its margins.
    const { page, context } = await opened({ viewport: { width: 710, height: 1123 } });
    await page.emulateMedia({ media: "print" });
    for (const [path, name] of [
      ["/", "engine-parked"],
      ["/executions/engine-parked", "2 × m5.large Linux/UNIX, eu-west-1, 1 year, nothing upfront"],
      [place, "AWS account 123456789012"],
    ] as const) {
      await page.goto(night.url + path);
      expect(await page.getByText(name).first().isVisible(), path).toBe(true);
      expect(await page.getByRole("link", { name: "Decide" }).filter({ visible: true }).count()).toBe(0);
      await expectUsable(page);
    }
    await page.goto(`${night.url}/executions/engine-parked`);
    const fill = await page
      .locator(".timeline .mark.alarm")
      .first()
      .evaluate((mark) => {
        const { getComputedStyle } = globalThis as unknown as { getComputedStyle: (of: unknown) => { fill: string } };
        return getComputedStyle(mark).fill;
      });
    expect(fill).not.toBe("rgb(255, 255, 255)");
    await context.close();
  });

  proofTest("nothing submitted yet: it says how to", async () => {
    const empty = await startNight();
    const context = await watchedContext(browser, { viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await page.goto(empty.url);
    await page.getByText("Nothing was submitted yet.").waitFor();
    expect(await page.getByText(`curl -X PUT ${empty.url}/v1/executions/order-1`).count()).toBe(1);
    await expectUsable(page);
    expect(context.complaints).toEqual([]);
    await context.close();
    await empty.close();
  });
});
