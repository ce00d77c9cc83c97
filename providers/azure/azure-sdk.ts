import type * as billingBenefits from "@azure/arm-billingbenefits";
import type * as reservations from "@azure/arm-reservations/api";
import type * as restPipeline from "@azure/core-rest-pipeline";
import type * as identity from "@azure/identity";
import { createRequire } from "node:module";
import { importOptional } from "../../src/contract/optional-package.ts";

/**
 * Azure's SDK is some hundred small modules, which `require` finds, reads and links in two thirds of the time that `import` takes
 * (docs/speed.md). All of it goes this way: a package that is loaded both ways is there twice.
 */
const require = createRequire(import.meta.url);

/** The pipeline that requests go through. */
export const restPipelineSdk = () => require("@azure/core-rest-pipeline") as typeof restPipeline;

/** Reservations, without the operations. */
export const reservationsSdk = () => require("@azure/arm-reservations/api") as typeof reservations;

/** Sign-in. */
export const identitySdk = () => require("@azure/identity") as typeof identity;

/** Savings plans, which not everybody buys. Throws a MissingPackageError. */
export const billingBenefitsSdk = () =>
  importOptional(
    "@azure/arm-billingbenefits",
    async () => require("@azure/arm-billingbenefits") as typeof billingBenefits,
    { version: 1, neededBy: "Azure savings plans need" },
  );
