import type { CallOptions, Resolution, Submission } from "../../../src/contract/executor.ts";
import type { ArmClient } from "../arm-client.ts";
import { aliasNameIn, getAlias } from "./azure-plan-alias.ts";
import { readStep } from "./azure-plan-order.ts";
import { boughtUnder } from "./bought-under-alias.ts";
import { planFactsOfOrder } from "./plan-facts-of-order.ts";
import { readNamed } from "./plan-evidence.ts";
import { resolveSent } from "./resolve-sent.ts";

/** What became of a savings plan that was sent, going by its alias. Throws nothing but the signal's reason. */
export async function resolvePlan(
  client: ArmClient,
  submission: Submission,
  { signal }: CallOptions,
): Promise<Resolution> {
  const { handle, price } = submission;
  const aliasName = aliasNameIn(handle);
  if (aliasName === undefined) return { kind: "unclear", reason: "The submission names no savings plan order alias." };
  const looks = {
    step: readStep,
    absent: `Azure shows no savings plan order alias ${aliasName}`,
    own: async () => {
      const alias = await getAlias(client, aliasName, { signal });
      return alias && boughtUnder(client, alias, price, { signal });
    },
    named: (name: string) => readNamed(client, name, price, signal),
    facts: (id: string) => planFactsOfOrder(client, id, signal),
  };
  return resolveSent(looks, submission, { signal });
}
