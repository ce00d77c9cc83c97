import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { errorAdvice } from "../src/contract/error-advice.ts";
import { clientTypes } from "../tools/client-types.ts";
import { httpDocument } from "../tools/http-document.ts";
import { errorReference } from "../tools/error-reference.ts";
import { servicePages } from "../tools/service-pages.ts";
import { runCommand } from "./cli/run-command.ts";
import { workingFolder } from "./ledger/working-folder.ts";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const text = (path: string) => readFileSync(file(path), "utf8");

describe("what the documentation says", () => {
  test("the README shows the engine example as it is", () => {
    expect(text("README.md")).toContain(`\`\`\`ts\n${text("examples/engine.ts")}\`\`\``);
  });

  test("the examples are written so that the oldest Node that is supported runs them", () => {
    const names = readdirSync(file("examples")).filter((name) => name.endsWith(".ts"));
    expect(names).toContain("engine.ts");
    for (const name of names) expect(text(`examples/${name}`), name).not.toMatch(/\busing \w+ =/);
  });

  test("every example is run by a test", () => {
    const tests = ["docs.test.ts", "examples.proof.ts", "testing/example.test.ts", "client/lost-answers.test.ts"];
    const runs = tests.map((path) => text(`test/${path}`)).join("\n");
    const programs = ["", "/http"].flatMap((folder) =>
      readdirSync(file(`examples${folder}`)).filter((name) => /\.(ts|sh|go|py)$/.test(name)),
    );
    expect(programs.length).toBeGreaterThan(8);
    for (const name of programs) expect(runs, name).toMatch(new RegExp(`file\\("(examples/)?${name}"\\)`));
  });

  test("the engine example buys, and buys nothing when it runs again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "buyonce-example-"));
    const run = async () => {
      const command = ["--conditions=buyonce-source", file("examples/engine.ts")];
      const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder });
      return stdout;
    };
    try {
      const first = await run();
      expect(first).toMatch(/^0 purchased [0-9a-f-]{36} 24 GBP\n$/);
      expect(await run()).toBe(first.replace("purchased", "already-purchased"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("docs/openapi.json is what a server answers", async () => {
    expect(text("docs/openapi.json"), "npm run docs").toBe(await httpDocument());
  });

  test("the types of buyonce/client are those of the document", async () => {
    expect(text("src/client/wire-types.ts"), "npm run docs").toBe(await clientTypes());
  });

  test("docs/errors.md is what npm run docs makes of the table of advice, with every code once", async () => {
    const page = text("docs/errors.md");
    expect(page, "npm run docs").toBe(await errorReference());
    const listed = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, code]) => code);
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.toSorted()).toEqual(Object.keys(errorAdvice).toSorted());
  });

  test("docs/events.md explains every event once, and no other, with all its fields and in the order of their definition", () => {
    const [, union = ""] = /export type DriveEvent =([^]*?)\n\);/.exec(text("src/contract/events.ts")) ?? [];
    const events = union
      .split(/^ {2}\| /m)
      .slice(1)
      .map((member) => {
        const type = /type: "([a-z-]+)"/.exec(member)?.[1];
        const fields = [...member.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
        return { type, fields: fields.filter((name) => name !== "type") };
      });
    expect(events.length).toBeGreaterThan(15);
    const rows = text("docs/events.md").matchAll(/^\| `([a-z-]+)` +\|[^|]*\|([^|]*)\|[^|]*\|$/gm);
    const listed = [...rows].map(([, type, fields = ""]) => {
      return { type, fields: [...fields.matchAll(/`(\w+)`(?=[,:;]? |$)/g)].map(([, name]) => name) };
    });
    expect(listed.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    for (const [position, { type, fields }] of events.entries()) {
      expect(listed[position]?.fields, type).toEqual(expect.arrayContaining(fields));
    }
  });
});

describe("docs/services", () => {
  test("holds what npm run docs makes of the schemas, and one page by hand, which links to each", async () => {
    const pages = await servicePages();
    expect(pages.size).toBeGreaterThan(30);
    expect(readdirSync(file("docs/services")).toSorted()).toEqual(["README.md", ...pages.keys()].toSorted());
    for (const [name, page] of pages) expect(text(`docs/services/${name}`), `${name}: npm run docs`).toBe(page);
    const linked = [...text("docs/services/README.md").matchAll(/\]\(((?:azure|aws|gcp)-[a-z0-9-]+\.md)\)/g)];
    expect(linked.map(([, name]) => name).toSorted()).toEqual([...pages.keys()].toSorted());
  });

  test("its table names the services that the execution file has recommendations of, each once, and no other", () => {
    const rows = [...text("docs/services/README.md").matchAll(/^\| (azure|aws|gcp) ([^|]+)\|([^|]+)\|/gm)];
    const named = rows
      .filter(([, , , handle = ""]) => !handle.includes("refused: there is no API"))
      .flatMap(([, cloud, services = ""]) =>
        [...services.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => `${cloud} ${name}`),
      );
    const { recommendations } = JSON.parse(text("fixtures/execution.json")) as {
      recommendations: { provider: string; service: string }[];
    };
    const bought = recommendations.map(({ provider, service }) => `${provider} ${service}`);
    expect(named.toSorted()).toEqual([...new Set(bought)].toSorted());
  });
});

test("the README shows what its first command really prints, the first time and the second", async () => {
  const folder = workingFolder();
  // As from the repository, but what it makes is elsewhere.
  mkdirSync(join(folder, "fixtures"));
  copyFileSync(file("fixtures/execution.json"), join(folder, "fixtures/execution.json"));
  const anyId = (lines: string) =>
    lines.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|hr-[0-9a-f]{17}/g, "<id>");
  const { recommendations } = JSON.parse(text("fixtures/execution.json")) as { recommendations: readonly unknown[] };
  const between = `\n\n… 1 to ${recommendations.length - 2} …\n\n`;
  const shown = [...text("README.md").matchAll(/```\n( *#[^]*?)\n```/g)].map(([, block = ""]) => anyId(block.trim()));
  expect(shown).toHaveLength(2);
  for (const block of shown) {
    const { stdout } = await runCommand(["drive", "fixtures/execution.json", "--sandbox"]);
    const [first, last] = block.split(between);
    if (last === undefined || first === undefined) throw new Error(`The README leaves out "${between.trim()}".`);
    const printed = anyId(stdout).trim();
    expect(printed.slice(0, first.length)).toBe(first);
    expect(printed.slice(-last.length)).toBe(last);
  }
  // What it shows of an audit is all there, in this order.
  const { stdout } = await runCommand(["audit", "--sandbox"]);
  const [, sample = ""] = /```\n(looked at[^]*?)\n```/.exec(text("README.md")) ?? [];
  const lines = stdout.split("\n");
  const places = sample
    .split("\n")
    .filter((line) => !["…", ""].includes(line))
    .map((line) => lines.indexOf(line));
  expect(places.length).toBeGreaterThan(5);
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});
