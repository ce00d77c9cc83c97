import { globSync, readFileSync } from "node:fs";
import { basename, dirname, posix, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const filesIn = (pattern: string) => globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] }).toSorted();

/** What is shown to those outside: the library and the command line. */
const shown = [
  "src/access",
  "src/drive",
  "src/execution",
  "src/import",
  "src/audit",
  "src/inspect",
  "src/ledger",
  "src/log",
  "src/report",
  "src/purchaser.ts",
  "src/typed-purchaser.ts",
];

/** Which rooms a room may open the door to; every room may use the contract, and itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "src/contract": [],
  "src/drive": [],
  "src/ledger": [],
  "src/log": [],
  "src/inspect": [],
  "src/report": ["src/inspect"],
  "src/audit": ["src/drive"],
  "src/access": ["src/drive"],
  "src/purchaser.ts": ["src/access", "src/drive", "src/audit", "src/execution", "src/import", "src/inspect"],
  "src/typed-purchaser.ts": ["src/drive", "src/purchaser.ts"],
  "src/import": ["src/drive"],
  "src/opentelemetry": ["src/drive", "src/purchaser.ts"],
  // What the suites check, the drive does, over a ledger in memory.
  "src/testing": ["src/drive", "src/ledger", "src/purchaser.ts"],
  "src/execution": ["src/drive"],
  "src/door": ["src/drive", "src/execution", "src/inspect", "src/opentelemetry", "src/purchaser.ts", "src/report"],
  // It runs where nothing else of this package does.
  "src/client": [],
  // What is told stands in the door's words.
  "src/webhooks": ["src/door"],
  "src/index.ts": shown,
  // The command line puts everything together.
  "src/cli": [
    ...shown,
    "src/door",
    "src/webhooks",
    "providers/azure",
    "providers/aws",
    "providers/gcp",
    "providers/sandbox",
  ],
  "providers/http": [],
  "providers/azure": ["providers/http"],
  "providers/aws": ["providers/http"],
  "providers/gcp": ["providers/http"],
  // The imitated clouds share no code with the clients that are tried on them.
  "providers/sandbox": [],
};

/** `src/drive/send.ts` is in `src/drive`, `src/index.ts` is a room of its own. */
const roomOf = (file: string) => file.split("/").slice(0, 2).join("/");

describe("the house", () => {
  test("no two source files have one name", () => {
    const files = filesIn("{src,providers,test,bench,examples,tools}/**/*.ts").filter(
      (file) => basename(file) !== "index.ts",
    );
    expect(files.length).toBeGreaterThan(300);
    const several = [...Map.groupBy(files, (file) => basename(file)).values()].filter(({ length }) => length > 1);
    expect(several).toEqual([]);
  });

  test("arrows point one way", () => {
    const wrong: string[] = [];
    let imports = 0;
    for (const file of filesIn("{src,providers}/**/*.ts")) {
      const room = roomOf(file);
      const allowed = [room, "src/contract", ...(arrows[room] ?? [])];
      const text = readFileSync(resolve(root, file), "utf8");
      for (const [, specifier = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
        imports += 1;
        const imported = posix.join(dirname(file), specifier);
        if (!allowed.includes(roomOf(imported))) wrong.push(`${file} imports ${imported}`);
      }
    }
    expect(imports).toBeGreaterThan(800);
    expect(wrong).toEqual([]);
    expect(new Set(filesIn("{src,providers}/**/*.ts").map(roomOf))).toEqual(new Set(Object.keys(arrows)));
  });

  test("a bundler sees every package that the library loads: none is asked for by a `require` that was made", () => {
    const making = filesIn("{src,providers}/**/*.ts").filter((file) =>
      readFileSync(resolve(root, file), "utf8").includes("createRequire"),
    );
    // The command's own manifest; what Google's SDKs load themselves, which is left to them where it is not found.
    expect(making.toSorted()).toEqual(["providers/gcp/described-once.ts", "src/cli/main.ts"]);
  });

  test("A22: a drive measures ages in one place: a step of the ledger's clock makes none", () => {
    const readers = filesIn("src/drive/**/*.ts").filter((file) =>
      /ledger\.now\(\)/.test(readFileSync(resolve(root, file), "utf8")),
    );
    // The others compare leases, how long a listing may lag, and whether an execution is due (the guard has the last word there),
    // say when to ask again, when a quote would have been recorded, or whether a plan still holds.
    const others = [
      "check-canary",
      "clear-answer",
      "drive-execution",
      "hold-plan",
      "make-plan",
      "open-execution",
      "plan-execution",
      "redrive-unfinished",
    ];
    expect(readers).toEqual(["age-of", ...others].map((name) => `src/drive/${name}.ts`));
    const subtracting = filesIn("{src,providers}/**/*.ts").filter((file) =>
      / - (\w+\.)*(submittedAt|resentAt)\b/.test(readFileSync(resolve(root, file), "utf8")),
    );
    expect(subtracting).toEqual(["src/testing/executor/executor-world.ts"]);
  });
});
