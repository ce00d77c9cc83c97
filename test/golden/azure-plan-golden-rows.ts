import { azureErrors } from "./azure-golden-rows.ts";
import { edited, fromTheWay, fromTheWayInBrief, type JsonBody, nobodysId, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle, onWhatIsThere } from "./golden-handles.ts";
import {
  type GoldenRow,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";

const exists: readonly NamedAnswer[] = [
  refusal(409, "SavingsPlanOrderAliasAlreadyExists"),
  refusal(400, "SavingsPlanOrderAliasAlreadyExists"),
  refusal(500, "SavingsPlanOrderAliasAlreadyExists"),
];

/** Whether what decides differs between the two kinds of Azure is seen in these; the rest is judged alike. */
const errors = azureErrors.filter(([name]) =>
  /^(401|403|404|408|429|500|503)|RiskCheck|BadRequest|Invalid|cut/.test(name),
);

/** An alias, though nothing was carried out: what the request asked for, with a state and an order. */
function alias(name: string, status: number, properties: object, more: object = {}): NamedAnswer {
  const body: Extract<NamedAnswer[1], object>["body"] = ({ request: { body, path } }) => {
    const asked = JSON.parse(body) as JsonBody;
    const own = /savingsPlanOrderAliases\/([^?]+)/.exec(path)?.[1];
    return JSON.stringify({ ...asked, name: own, properties: { ...asked.properties, ...properties }, ...more });
  };
  return [name, { status, body }];
}

const order = `/providers/Microsoft.BillingBenefits/savingsPlanOrders/${nobodysId}`;
const created = { provisioningState: "Created", savingsPlanOrderId: order };

const aliases: readonly NamedAnswer[] = [
  alias("201 with the alias Created", 201, created),
  alias("200 with the alias Succeeded", 200, { ...created, provisioningState: "Succeeded" }),
  alias("200 with the alias Strange", 200, { ...created, provisioningState: "Strange" }),
  alias("201 with the alias Failed, without an order", 201, { provisioningState: "Failed" }),
  alias("201 with the alias Failed", 201, { ...created, provisioningState: "Failed" }),
  alias("200 with the alias Cancelled", 200, { ...created, provisioningState: "Cancelled" }),
  alias("201 with the alias Created, without an order", 201, { provisioningState: "Created" }),
  alias("201 with the alias, without a state", 201, { savingsPlanOrderId: order }),
  alias("201 with another alias", 201, created, { name: "another" }),
  alias("201 with another alias, without an order", 201, { provisioningState: "Created" }, { name: "another" }),
  alias("201 with another amount", 201, {
    ...created,
    commitment: { amount: 9, currencyCode: "USD", grain: "Hourly" },
  }),
];

const withState = (provisioningState: string) =>
  edited(({ properties, ...body }) => ({ ...body, properties: { ...properties, provisioningState } }));

/** Carried out. The alias stays `Created`, as recorded, unless the answer is changed. */
const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["its order is Failed", { becomes: "Failed" }],
  ["its order is Cancelled", { becomes: "Cancelled" }],
  ["alias and order are Failed", { becomes: "Failed", ...withState("Failed") }],
  ["alias and order are Cancelled", { becomes: "Cancelled", ...withState("Cancelled") }],
  ["alias and order are Succeeded", { becomes: "Succeeded", ...withState("Succeeded") }],
  ["the alias says Failed, the order lives", withState("Failed")],
  ["the answer is about another alias", edited((body) => ({ ...body, name: "another" }))],
  [
    "the answer shows another amount",
    edited(({ properties, ...body }) => ({
      ...body,
      properties: { ...properties, commitment: { amount: 9, currencyCode: "USD", grain: "Hourly" } },
    })),
  ],
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(400, "RiskCheckFailed"),
  refusal(409, "SavingsPlanOrderAliasAlreadyExists"),
  refusal(503, "ServiceUnavailable"),
  alias("201 with another alias", 201, created, { name: "another" }),
];

/** Azure: savings plans, under an alias that is made of the token. It is looked at before it is written to. */
export const azurePlanRows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...errors].map(onFirstSend),
  ...fromTheWayInBrief.flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...errors
    .filter(([name]) => /^40[39]|BadRequest|500/.test(name))
    .flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...[...exists, ...aliases].flatMap((answer) => [onFirstSend(answer), onSold(answer), onSecondSend(answer)]),
  ...answered.map(onSold),
  ...telling.flatMap((answer) => [onSoldUnseen(answer), onQuickSecondSend(answer)]),
  onFirstSend(["no connection", "refused"]),
  onSecondSend(["no connection", "refused"]),
  // The look before the write finds it: the answers to the write matter only where the look shows nothing.
  ...onWhatIsThere([["as the service answers", "carried-out"]], ["Succeeded", "Failed", "Cancelled", "Strange"]),
  ...[...exists, refusal(403, "AuthorizationFailed")].map(([name, answer]): GoldenRow => ({
    row: `bought with another ledger, not shown: ${name}`,
    sends: [answer],
    there: { asked: "same" },
    trouble: "unseen",
    next: {},
  })),
  ...onItsHandle(["Succeeded", "Failed", "Cancelled", "Strange"]),
  ...left(),
  ...listed(),
];
