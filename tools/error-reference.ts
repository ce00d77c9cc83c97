// Writes docs/errors.md from the table of advice: `npm run docs`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { errorGroups, todoOf } from "../src/contract/error-advice.ts";

/** Makes the text of docs/errors.md. */
export function errorReference(): Promise<string> {
  const sections = Object.entries(errorGroups).map(([title, group]) => {
    const rows = Object.entries(group).map(
      ([code, { plain, detail = "" }]) => `| \`${code}\` | ${`${plain} ${detail}`.trim()} | ${todoOf(code)} |`,
    );
    return [`## ${title}`, "", "| code | what it means | what to do |", "| --- | --- | --- |", ...rows].join("\n");
  });
  return format([introduction, ...sections].join("\n\n"), { parser: "markdown", printWidth: 120 });
}

const introduction = `# Error codes

Made from \`src/contract/error-advice.ts\` by \`npm run docs\`; do not edit it.

Stable. Every error, and every outcome that is not bought, carries one; \`retryable\` says whether the same drive may succeed
later without anything being changed.`;

if (process.argv[1] === import.meta.filename) {
  writeFileSync(resolve(import.meta.dirname, "../docs/errors.md"), await errorReference());
}
