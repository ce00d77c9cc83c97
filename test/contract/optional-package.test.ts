import { expect, test } from "vitest";
import {
  importOptional,
  installCommand,
  loadTogether,
  MissingPackageError,
} from "../../src/contract/optional-package.ts";

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

test("all that are missing are named at once, each once and in order, whatever else breaks beside them", async () => {
  const lacking = (install: string) => Promise.reject(new MissingPackageError({ install, cause: undefined }));
  const broken = Promise.reject(new Error("broken"));
  const loads = [lacking("price-sdk"), broken, Promise.resolve(), lacking("disk-sdk@1"), lacking("price-sdk")];
  await expect(loadTogether(loads, "Disks need")).rejects.toMatchObject({
    code: "invalid-configuration",
    install: "disk-sdk@1 price-sdk",
    message: "Disks need packages that are not installed: npm install disk-sdk@1 price-sdk. Nothing was sent.",
  });
  await expect(loadTogether([broken])).rejects.toThrow(/^broken$/);
});

test("one command installs what several errors lack, and none what is said by somebody else", () => {
  const errorOf = (install: string) => new MissingPackageError({ install, cause: undefined });
  const errors = [errorOf("pg"), undefined, errorOf("@google-cloud/compute@7 pg"), new Error("no")];
  expect(
    installCommand(errors.map((error) => error && { code: "invalid-configuration", message: error.message })),
  ).toBe("npm install @google-cloud/compute@7 pg");
  const foreign = "x is not installed: npm install evil. Nothing was sent.";
  expect(installCommand([{ code: "purchase-rejected", message: foreign }])).toBeUndefined();
  const command = "It is not installed: npm install pg; rm -r x. Nothing was sent.";
  expect(installCommand([{ code: "invalid-configuration", message: command }])).toBeUndefined();
});
