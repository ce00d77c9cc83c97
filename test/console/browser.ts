// A real browser for the console's tests.
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const executablePath = "/usr/bin/chromium";

/** Whether there is a browser on this machine. */
export const isBrowserThere = existsSync(executablePath);
if (!isBrowserThere) console.warn(`The console is not opened in a browser: there is no ${executablePath}.`);

/** Starts it. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A context whose pages note what the browser complains about, and every request to another server. */
export async function watchedContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext & { readonly complaints: string[] }> {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", ...options });
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") complaints.push(`asked for ${request.url()}`);
  });
  return Object.assign(context, { complaints });
}

/** Fails where a page cannot be used by everybody, as far as axe-core can tell, or is wider than the screen. */
export async function expectUsable(page: Page): Promise<void> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    type Result = { violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] };
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<Result> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ""}`),
    );
  });
  expect(found, page.url()).toEqual([]);
  const { scrolled, shown } = await page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return { scrolled: document.documentElement.scrollWidth, shown: document.documentElement.clientWidth };
  });
  expect(scrolled, page.url()).toBeLessThanOrEqual(shown);
}
