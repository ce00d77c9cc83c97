import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { describedServices } from "../../src/cli/resources/execution-schema.ts";
import { createProviders, providerNames } from "../../src/cli/resources/providers.ts";
import { fieldsOfSchema, saidOf } from "../../src/contract/schema-fields.ts";

const packages = resolve(import.meta.dirname, "../../node_modules");
const models = (name: string) => `@aws-sdk/client-${name}/dist-types/models/*.d.ts`;

/** The published types of a service's API; of Azure all kinds of reservations have one. */
const typesOf: Readonly<Record<string, string>> = {
  azure: "@azure/arm-reservations/dist/esm/{models,api}/**/*.d.ts",
  "azure savings-plans": "@azure/arm-billingbenefits/types/arm-billingbenefits.d.ts",
  "aws ec2-host": models("ec2"),
  "aws savings-plans": models("savingsplans"),
  "gcp bigquery": "../fixtures/published/bigqueryreservation-v1.json",
  gcp: "@google-cloud/compute/build/protos/protos.d.ts",
};

/** What no request holds: whose credential and which endpoint it is sent with. */
const outside = new Set(["Account ID", "Region"]);

test("the provider's own words are in the types that the provider publishes of that service's API", async () => {
  const services = describedServices(await createProviders(providerNames, {}, 60_000));
  const unknown: string[] = [];
  let words = 0;
  for (const { provider, service, schema } of services) {
    const pattern = typesOf[`${provider} ${service}`] ?? typesOf[provider] ?? models(service);
    const types = globSync(pattern, { cwd: packages })
      .map((file) => readFileSync(resolve(packages, file), "utf8"))
      .join("\n");
    for (const field of fieldsOfSchema(schema)) {
      for (const word of saidOf(field.schema, "x-called").split(".")) {
        if (word === "" || outside.has(word)) continue;
        words += 1;
        if (!new RegExp(`\\b${word}\\b"?\\??[:=]|\\b${word} = `).test(types)) {
          unknown.push(`${provider} ${service} ${field.path}: ${word}`);
        }
      }
    }
  }
  expect(words).toBeGreaterThan(200);
  expect(unknown).toEqual([]);
});
