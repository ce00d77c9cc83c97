import type { CallOptions, Submission } from "../../../src/contract/executor.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { ArmClient } from "../arm-client.ts";
import { getOrder, listedOrder } from "../azure-order.ts";
import { type Fate, resolveSent } from "../resolve-sent.ts";
import { type AliasKind, aliasNameIn, boughtUnder, getAlias } from "./order-alias.ts";

/**
 * What became of a purchase that was sent under an alias, going by that and by everything that answers named besides. Throws
 * nothing but the signal's reason.
 */
export async function resolveAlias(
  client: ArmClient,
  kind: AliasKind,
  submission: Submission,
  { signal }: CallOptions,
): Promise<Fate> {
  const { handle, price } = submission;
  const aliasName = aliasNameIn(handle);
  if (aliasName === undefined) {
    return { kind: "unclear", reason: `The submission names no ${kind.noun} order alias.` };
  }
  const looks = {
    step: kind.orders.readStep,
    absent: `Azure shows no ${kind.noun} order alias ${aliasName}`,
    own: async () => {
      const alias = await getAlias(client, kind, aliasName, { signal });
      return alias && boughtUnder(client, kind, alias, price, { signal });
    },
    named: (name: string) => readNamed(client, kind, name, submission, signal),
    facts: (id: string) => kind.readFacts(client, id, signal),
  };
  return resolveSent(looks, submission, signal);
}

/** The order that an answer named, itself or by its alias; undefined where Azure shows none. */
async function readNamed(
  client: ArmClient,
  kind: AliasKind,
  named: string,
  { price }: Submission,
  signal: AbortSignal,
): Promise<Listed | undefined> {
  const beginning = `${kind.resource}/`;
  const id = named.startsWith(beginning)
    ? (await getAlias(client, kind, named.slice(beginning.length), { signal }))?.orderId
    : named;
  const order = id === undefined ? undefined : await getOrder(client, kind.orders, id, { signal });
  return order && listedOrder(order, kind.orders, client.settings.tagNames, { marked: true, price });
}
