import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlReport } from "../../src/report/html-report.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { manyOf } from "./many-sample.ts";
import { hostile, how, outcomes, sample } from "./report-sample.ts";

const chromium = "/usr/bin/chromium";
const isThere = existsSync(chromium);
if (!isThere) console.warn(`The page is not opened in a browser: there is no ${chromium}.`);

let folder: string;
/** Whatever the page asks for goes to this proxy, and is noted. What the browser wants for itself gets no further either. */
const asked: string[] = [];
function note(address: string | undefined): void {
  if (!/^(http:\/\/)?[a-z0-9.]+\.(google|googleapis)\.com[:/]/.test(address ?? "")) asked.push(address ?? "");
}
const proxy = createServer((request, response) => {
  note(request.url);
  response.writeHead(404).end();
});
proxy.on("connect", (request, socket) => {
  note(request.url);
  socket.destroy();
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-page-"));
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
  await rm(folder, { recursive: true, force: true });
});

const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--enable-logging=stderr",
] as const;

/** Opens a page and returns what the browser made of it, and what it had to say. */
async function open(page: string, ...flags: readonly string[]): Promise<{ stdout: string; console: string[] }> {
  const file = join(folder, "report.html");
  await writeFile(file, page);
  const profile = await mkdtemp(join(folder, "profile-"));
  const { port } = proxy.address() as AddressInfo;
  const { stdout, stderr } = await promisify(execFile)(
    chromium,
    [
      ...quiet,
      `--user-data-dir=${profile}`,
      `--proxy-server=http://127.0.0.1:${port}`,
      "--proxy-bypass-list=<-loopback>",
      ...flags,
      `file://${file}`,
    ],
    { maxBuffer: 50_000_000, timeout: 60_000 },
  );
  return { stdout, console: stderr.split("\n").filter((line) => line.includes("CONSOLE")) };
}

/** Adds a script that measures, where the page would allow one; the reader's page has none. */
const measured = (page: string) =>
  page
    .replace("default-src 'none'; style-src 'unsafe-inline'", "style-src 'unsafe-inline'; script-src 'unsafe-inline'")
    .replace(
      "</body>",
      `<script>const width = document.documentElement; const isWhole = (each) => each.scrollWidth <= each.clientWidth; document.body.dataset.fits = String(isWhole(width)); document.body.dataset.cut = String([...document.querySelectorAll(".scroll")].filter((each) => !isWhole(each)).length);</script></body>`,
    );

describe.skipIf(!isThere)("in a real browser", { timeout: 120_000 }, () => {
  const page = htmlReport([sample], how);

  test("it is shown whole, asks for nothing, and the browser has nothing to complain about", async () => {
    asked.length = 0;
    const { stdout, console } = await open(page, "--dump-dom");
    expect(stdout.match(/<td class="number">/g)).toHaveLength(outcomes.length);
    // Folded; of what nothing is recorded there is nothing to unfold.
    expect(stdout.match(/<details class="story">/g)).toHaveLength(2);
    expect(stdout).toContain("1,235,728.0248");
    // The hostile texts are texts: no script ran, and none of their elements is there.
    expect(stdout).toContain("<title>Purchase report: ");
    expect(stdout).not.toMatch(/<script|<img/i);
    expect({ asked, console }).toEqual({ asked: [], console: [] });
  });

  proofTest("this test sees a request and a complaint: of a page that is not escaped", async () => {
    asked.length = 0;
    const loose = page.replace("<main>", `<main><img src="http://evil.example/y.png">`);
    const { console } = await open(loose.replace("<main>", `<main>${hostile}`), "--dump-dom");
    // The page's own policy stops them, and the browser says so.
    expect(asked).toEqual([]);
    expect(console.join("\n")).toContain("Content Security Policy");
    await open(loose.replace(/<meta http-equiv[^>]*>/, ""), "--dump-dom");
    expect(asked.join("\n")).toContain("evil.example");
  });

  const screens = [
    ["a desk", 1280],
    ["a phone", 390],
  ] as const;
  test.each(standingForAll(screens, () => false))(
    "on %s nothing sticks out, and there is something to see",
    async (_where, width) => {
      const { stdout } = await open(measured(page), "--dump-dom", `--window-size=${width},2000`);
      expect(stdout).toMatch(/<body data-fits="true"/);
      const picture = join(folder, `${width}.png`);
      await open(page, `--screenshot=${picture}`, `--window-size=${width},2000`);
      const png = await readFile(picture);
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, 2000]);
      // A white page of that size is a few kilobytes.
      expect(png.length).toBeGreaterThan(50_000);
    },
  );

  proofTest("on paper no table of amounts is cut off", async () => {
    const { report, ...execution } = manyOf(9);
    const price = { amount: "1445656.12345", currency: "USD" };
    const payments = paidMonthly(price, { months: 11, kind: "average", dueNow: "73718" });
    const outcomes = report.outcomes.map((outcome) => ({ ...outcome, price, payments }));
    const large = htmlReport([{ ...execution, report: { ...report, outcomes, totals: [price] } }], how);
    // A4 without its margins, in pixels; the rules of paper hold on the screen.
    const onPaper = measured(large)
      .replaceAll("@media screen", "@media speech")
      .replaceAll("@media print", "@media all");
    const { stdout } = await open(onPaper, "--dump-dom", "--window-size=710,2000");
    expect(stdout).toMatch(/<body data-fits="true" data-cut="0">/);
  });

  proofTest("five hundred print on twelve pages, each on a line, and nothing of a line is cut off", async () => {
    const long = htmlReport([manyOf(500)], how);
    const paper = join(folder, "long.pdf");
    await open(long, "--no-pdf-header-footer", `--print-to-pdf=${paper}`);
    const pdf = (await readFile(paper)).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(boxes.length).toBeGreaterThan(5);
    expect(boxes.length).toBeLessThanOrEqual(12);
    // 297 × 210 mm.
    expect([Number(boxes[0]?.[1]).toFixed(0), Number(boxes[0]?.[2]).toFixed(0)]).toEqual(["842", "595"]);
  });

  proofTest("it prints on A4 paper", async () => {
    const paper = join(folder, "report.pdf");
    await open(page, "--no-pdf-header-footer", `--print-to-pdf=${paper}`);
    const pdf = (await readFile(paper)).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(boxes.length).toBeGreaterThan(1);
    // 210 × 297 mm, in points.
    for (const [, width, height] of boxes)
      expect([Number(width).toFixed(0), Number(height).toFixed(0)]).toEqual(["595", "842"]);
  });
});
