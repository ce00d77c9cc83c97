import { expect } from "vitest";
import { hashOfPlan } from "../../src/drive/plan-document.ts";
import type { PlanDocument, PlanDocumentOptions } from "../../src/index.ts";
import type { Purchaser } from "../../src/purchaser.ts";
import type { Report } from "../../src/contract/report.ts";
import { execution } from "../drive/setup.ts";

export const gbp = (amount: string) => ({ amount, currency: "GBP" });

export const ann = { person: "ann", reason: "agreed" };

/** What became of each: its error, or its status. */
export const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);

/** The plan of an execution, as it is read from its file. */
export async function planned(
  purchaser: Purchaser<unknown>,
  asked: unknown = execution(),
  options: PlanDocumentOptions = {},
): Promise<PlanDocument> {
  const { document, error } = await purchaser.planDocument(asked, options);
  expect(error).toBeUndefined();
  return JSON.parse(JSON.stringify(document)) as PlanDocument;
}

/** A plan that somebody altered, and gave the hash that fits: what its hash alone would not tell. */
export function resealed(plan: object): object {
  return { ...plan, hash: hashOfPlan(plan) };
}
