import { expect, test } from "vitest";
import { importOptional } from "../../src/contract/optional-package.ts";

function missing(what: string) {
  const error = Object.assign(new Error(`Cannot find ${what}`), { code: "ERR_MODULE_NOT_FOUND" });
  return importOptional("pg", () => Promise.reject(error)).catch((thrown: unknown) => thrown);
}

test("a package that is not installed is named, with what to do", async () => {
  expect(await missing("package 'pg' imported from /app/node_modules/buyonce/index.js")).toMatchObject({
    code: "invalid-configuration",
    message: expect.stringContaining("npm install pg"),
  });
});

test("a package that is installed and lacks one of its own is not called missing", async () => {
  const broken = "package 'pg-types' imported from /app/node_modules/pg/lib/index.js";
  expect(await missing(broken)).toMatchObject({ message: `Cannot find ${broken}` });
});
