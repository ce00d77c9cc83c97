import type {
  DescribeSavingsPlansCommandInput,
  DescribeSavingsPlansOfferingsCommandInput,
  SavingsPlan,
  SavingsPlanOffering,
  SavingsPlanState,
} from "@aws-sdk/client-savingsplans";
import type { Scope } from "../../../src/contract/executor.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { createClients } from "../aws-clients.ts";
import type { Connect } from "../aws-connect.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { allKnown, uniqueById } from "../aws-lists.ts";
import { createConnectRegion, listingCodes } from "../connect-region.ts";
import type { SendReport } from "../sdk-middleware.ts";
import { isKnown, type KnownPlan } from "./aws-plan-commitment.ts";
import type { PurchaseRequest } from "./aws-plan-purchase-request.ts";
import type { SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";

/** The calls for one account. Reads are complete or throw RefusedErrors; they retry by themselves. */
export interface SavingsPlansApi {
  /** All savings plans of the account, each id once. */
  all(signal: AbortSignal): Promise<readonly KnownPlan[]>;
  /** The one with that id. */
  one(id: string, signal: AbortSignal): Promise<KnownPlan | undefined>;
  /** The offerings of the type, place, term, payment and currency asked for; whether AWS filtered well is for the caller to see. */
  offerings(recommendation: SavingsPlanRecommendation, signal: AbortSignal): Promise<readonly SavingsPlanOffering[]>;
  /** Sends the purchase once and returns the id. Throws whatever the SDK throws; `report` says whether it was handed to the network. */
  purchase(request: PurchaseRequest, signal: AbortSignal, report: SendReport): Promise<string | undefined>;
}

/** Checks the account and gives the calls for it. */
export type ConnectSavingsPlans = (scope: Scope, signal: AbortSignal) => Promise<SavingsPlansApi>;

/** Every state that there is: https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_SavingsPlan.html */
const states: SavingsPlanState[] = [
  "queued",
  "queued-deleted",
  "payment-pending",
  "payment-failed",
  "active",
  "retired",
  "pending-return",
  "returned",
];

/** The most that both listings give at once; the SDK pages neither. */
const pageSize = 1000;

/** Its SDK, loaded when it is first needed. Throws a MissingPackageError. */
export const savingsPlansSdk = () =>
  importOptional("@aws-sdk/client-savingsplans", () => import("@aws-sdk/client-savingsplans"));
const clients = createClients(
  "savingsplans",
  async (configuration) => new (await savingsPlansSdk()).SavingsplansClient(configuration),
);

/** Calls over the connections of one provider; the SDK is loaded with the first. */
export function createSavingsPlansApi(connect: Connect, maxPages: number): ConnectSavingsPlans {
  const connectRegion = createConnectRegion(connect, "savingsplans", maxPages);

  return async (scope, signal) => {
    const { connection, readAll } = await connectRegion(scope, signal);
    const reader = await clients.reader(connection);
    const { CreateSavingsPlanCommand, DescribeSavingsPlansCommand, DescribeSavingsPlansOfferingsCommand } =
      await savingsPlansSdk();

    const describe: Describe = (filters, signal) =>
      readAll("DescribeSavingsPlans", listingCodes.bought, signal, async (nextToken) => {
        const command = new DescribeSavingsPlansCommand({ ...filters, maxResults: pageSize, nextToken });
        const answer = await reader.send(command, { abortSignal: signal });
        return { items: answer.savingsPlans, next: answer.nextToken };
      });

    return {
      all: (signal) => listPlans(describe, undefined, signal),
      one: async (id, signal) =>
        (await listPlans(describe, [id], signal)).find(({ savingsPlanId }) => savingsPlanId === id),

      offerings: (recommendation, signal) =>
        readAll("DescribeSavingsPlansOfferings", listingCodes.offered, signal, async (nextToken) => {
          const command = new DescribeSavingsPlansOfferingsCommand({ ...offeringsInput(recommendation), nextToken });
          const answer = await reader.send(command, { abortSignal: signal });
          return { items: answer.searchResults, next: answer.nextToken };
        }),

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new CreateSavingsPlanCommand(request);
        return (await buyer.send(command, { abortSignal: signal })).savingsPlanId;
      },
    };
  };
}

type Describe = (
  filters: Pick<DescribeSavingsPlansCommandInput, "savingsPlanIds" | "states">,
  signal: AbortSignal,
) => Promise<readonly SavingsPlan[]>;

/** What an entry has to say; a tag that cannot be read may be the marker. */
const shown = { call: "DescribeSavingsPlans", needs: "an id, a state or tags that can be read" };

/**
 * Asks twice, and takes what either answer has. Nothing says which states a call without the filter `states` shows, and one
 * with the filter hides a state that was not known when this was written.
 */
async function listPlans(
  describe: Describe,
  savingsPlanIds: string[] | undefined,
  signal: AbortSignal,
): Promise<readonly KnownPlan[]> {
  const plans: KnownPlan[] = [];
  for (const filter of [undefined, states]) {
    const listed = await describe({ savingsPlanIds, states: filter }, signal);
    for (const plan of allKnown(listed, isKnown, shown)) plans.push(plan);
  }
  return uniqueById(plans, {
    idOf: ({ savingsPlanId }) => savingsPlanId,
    stateOf: ({ state }) => state,
    // A marker that one of them has is there.
    merge: (kept, { tags }) => (tags === undefined ? kept : { ...kept, tags: { ...tags, ...kept.tags } }),
  });
}

function offeringsInput(recommendation: SavingsPlanRecommendation): DescribeSavingsPlansOfferingsCommandInput {
  const { type, payment, term, hourlyCommitment } = recommendation;
  return {
    planTypes: [type],
    paymentOptions: [offeringTypes[payment]],
    durations: [durations[term]],
    // The SDK's type lists the currencies of its day; AWS judges.
    currencies: [hourlyCommitment.currency as "USD"],
    maxResults: pageSize,
    ...(type === "EC2Instance"
      ? {
          filters: [
            { name: "region", values: [recommendation.region] },
            { name: "instanceFamily", values: [recommendation.instanceFamily] },
          ],
        }
      : {}),
  };
}
