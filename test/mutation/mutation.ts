import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { canary, parts, partVariable } from "./mutated-parts.ts";

/**
 * `npm run mutation -- drive ledger`: mutates parts of the code (all of them where none is named), one after the other,
 * and says which mutants no test notices. Writes the figures into docs/mutation.md. Ends with 1 where a part's score is
 * not above 90 %, or the set-up cannot be believed. A later run takes up what has not changed: `--fresh` forgets it.
 * `--files src/drive/adopt.ts` mutates these alone, with the tests of the part, and writes no figures.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fresh: { type: "boolean", default: false }, files: { type: "string", multiple: true } },
});
const names = positionals.length > 0 ? positionals : Object.keys(parts);
const document = "docs/mutation.md";
const leastScore = 90;

for (const name of names) {
  const part = parts[name];
  if (part === undefined) throw new Error(`There is no part "${name}". There are: ${Object.keys(parts).join(", ")}.`);
  const folder = `.stryker/${name}`;
  mkdirSync(folder, { recursive: true });
  process.env[partVariable] = name;
  const results = await new Stryker({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", "./test/mutation/sentences.ts", "./test/mutation/survivors.ts"],
    ignorers: ["sentences"],
    vitest: { configFile: "test/mutation/mutation.config.ts", related: false },
    mutate: [...(values.files ?? part.mutate), canary],
    // Stryker 10.1 fails on TypeScript 7 unless there is no such file.
    tsconfigFile: "there-is-none.json",
    coverageAnalysis: "perTest",
    concurrency: 2,
    timeoutMS: 10_000,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    force: values.fresh,
    reporters: ["json", "html", "progress-append-only", "survivors"],
    jsonReporter: { fileName: `${folder}/report.json` },
    htmlReporter: { fileName: `${folder}/report.html` },
    ignorePatterns: ["dist", ".buyonce", ".stryker"],
    tempDirName: `${folder}/work`,
    allowEmpty: false,
  }).runMutationTest();

  const own = results.filter(({ fileName }) => !fileName.endsWith(canary));
  const count = (...states: readonly string[]) => own.filter(({ status }) => states.includes(status)).length;
  const [killed, timedOut] = [count("Killed"), count("Timeout")];
  const [survived, uncovered] = [count("Survived"), count("NoCoverage")];
  const noticed = killed + timedOut;
  const score = (100 * noticed) / (noticed + survived + uncovered);

  // A mutant that runs while its file is loaded may keep it from loading: every test would notice that. It counts for nothing.
  const broken = [
    ...own.filter(({ status, testsCompleted }) => status === "Survived" && testsCompleted === 0),
    ...own.filter((mutant) => mutant.status === "CompileError" || (mutant.status === "RuntimeError" && !mutant.static)),
  ].length;
  const canaries = results.filter(({ fileName }) => fileName.endsWith(canary));
  const canaryLives = canaries.filter(({ status }) => status === "Survived").length;
  const believable = broken === 0 && canaries.length > 2 && canaryLives === 1;

  const day = new Date().toISOString().slice(0, 10);
  const files = (values.files ?? []).map((file) => ` --files ${file}`).join("");
  const command = `\`npm run mutation -- ${name}${files}\``;
  const figures = [killed, timedOut, survived, uncovered, `${score.toFixed(1)} %`];
  const row = `| ${[name, day, command, ...figures].join(" | ")} |`;
  console.log(`${row}\nset-up failures ${broken}; of ${canaries.length} mutants of the canary ${canaryLives} survived`);
  if (believable && values.files === undefined) replaceRow(name, row);
  if (!believable || score <= leastScore) process.exitCode = 1;
}

function replaceRow(name: string, row: string): void {
  const lines = readFileSync(document, "utf8").split("\n");
  const index = lines.findIndex((line) => line.startsWith(`| ${name} `));
  if (index === -1) throw new Error(`${document} has no row for ${name}.`);
  writeFileSync(document, lines.with(index, row).join("\n"));
}
