import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";

/** The pages that show tables of the benchmark. */
const pages = ["README.md", "docs/speed.md"] as const;

/** What stands in a page between `<!-- bench: NAME -->` and `<!-- end of bench -->`. */
const block = /(?<=^<!-- bench: ([a-z-]+) -->\n)[^]*?(?=^<!-- end of bench -->$)/gm;

const read = (page: string) => readFileSync(fileURLToPath(new URL(`../${page}`, import.meta.url)), "utf8");

/** What the pages show of the benchmark, by page and topic. */
export function shownTables(): readonly { readonly page: string; readonly topic: string; readonly text: string }[] {
  return pages.flatMap((page) =>
    [...read(page).matchAll(block)].map(([text, topic = ""]) => ({ page, topic, text: text.trim() })),
  );
}

/** Writes what was measured into the pages that show it. `conditions` is the line about the machine. */
export async function writeTables(measured: ReadonlyMap<string, string>, conditions: string): Promise<void> {
  for (const page of pages) {
    const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
    const text = read(page).replaceAll(block, (before, topic: string) => {
      const tables = measured.get(topic);
      return tables === undefined ? before : `\n${tables}\n\n${conditions}\n\n`;
    });
    writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  }
}
