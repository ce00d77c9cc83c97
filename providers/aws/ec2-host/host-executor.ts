import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { awsScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { parkAfter, shownAfter } from "../purchase-times.ts";
import { createHostApi } from "./host-api.ts";
import { listedPurchase, purchasesOf } from "./host-commitment.ts";
import { sendHostPurchase } from "./host-purchase.ts";
import { quoteHosts } from "./host-quote.ts";
import { askedHosts, type Ec2HostRecommendation, ec2HostSchema } from "./host-recommendation.ts";
import { resolveHosts } from "./host-resolve.ts";

/**
 * EC2 Dedicated Host reservations, of hosts that exist.
 *
 * Two things stand against a second one: a client token made of the token, and the hosts themselves, which EC2 covers with one
 * reservation (`HostAlreadyCoveredByReservation`). So the same request may be sent again. The marker are tags that go with the
 * purchase.
 */
export function createEc2Host(
  connect: Connect,
  { tagNames, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<Ec2HostRecommendation> {
  const connectHosts = createHostApi(connect, maxPages);
  const scopeOf = (recommendation: Ec2HostRecommendation) => awsScope("ec2-host", recommendation);
  return {
    provider: "aws",
    service: "ec2-host",
    schema: ec2HostSchema,
    recovery: { kind: "resend", handle: "derived", minimumAge: shownAfter, parkAfter },
    // A preview is of hosts that are not covered yet.
    quoteSeesPurchases: true,
    sendTimeout: purchaseTimeout,
    scopeOf,
    canonical: (recommendation) => ({ ...recommendation, hostIds: recommendation.hostIds.toSorted() }),
    factsOf: (recommendation) => ({ decisive: askedHosts(recommendation), ifStated: {} }),

    describe({ hostIds, instanceFamily, region, term, payment }) {
      const further = hostIds.length > 1 ? ` and ${hostIds.length - 1} more` : "";
      return `${hostIds.length} × ${instanceFamily} (ec2-host, ${hostIds[0]}${further}), ${region}, ${term}, ${payment}`;
    },

    inventory: {
      // What is over was bought all the same, and is not bought again by itself.
      endedCounts: true,

      async *list(scope, { signal }) {
        const all = await (await connectHosts(scope, signal)).all(signal);
        yield purchasesOf(all, tagNames.token).map((purchase) => listedPurchase(purchase, tagNames.token));
      },

      async read(scope, id, { signal }) {
        const all = await (await connectHosts(scope, signal)).all(signal);
        const found = purchasesOf(all, tagNames.token).find((purchase) =>
          purchase.some(({ HostReservationId }) => HostReservationId === id),
        );
        return found && listedPurchase(found, tagNames.token);
      },
    },

    async quote(recommendation, marker, { signal }) {
      const api = await connectHosts(scopeOf(recommendation), signal);
      return quoteHosts(api, recommendation, marker, { tagNames, signal });
    },

    send: (submission) => sendHostPurchase(connectHosts, submission, { timeout: purchaseTimeout, tagNames }),

    async resolve(submission, { signal, owned }) {
      const api = await connectHosts(submission.scope, signal);
      return resolveHosts(await api.all(signal), submission, { tagNames, owned });
    },
  };
}
