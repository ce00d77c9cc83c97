import type { Provider } from "../../src/contract/executor.ts";
import { awsNotSold } from "./aws-not-sold.ts";
import { createAwsAccess } from "./aws-access.ts";
import { createConnect } from "./aws-connect.ts";
import { awsPortal } from "./aws-portal.ts";
import { awsSearch } from "./aws-search.ts";
import { createEc2 } from "./ec2/ec2-executor.ts";
import { createEc2Host } from "./ec2-host/host-executor.ts";
import { elasticache } from "./reservations/elasticache.ts";
import { createRedshift } from "./redshift/redshift-executor.ts";
import { createRedshiftServerless } from "./redshift-serverless/serverless-executor.ts";
import { createReservationExecutor } from "./reservations/reservation-executor.ts";
import { memorydb } from "./reservations/memorydb.ts";
import { opensearch } from "./reservations/opensearch.ts";
import { rds } from "./reservations/rds.ts";
import { createSavingsPlans } from "./savings-plans/aws-plan-executor.ts";
import { resolveSettings, type AwsSettings } from "./aws-settings.ts";
import { costExplorer } from "./import/cost-explorer.ts";

/**
 * Amazon Web Services. A further service is one more member of `services`; they share the account check and the client
 * configurations of `connect`.
 *
 * Throws a RefusedError `invalid-configuration` for settings that cannot be used.
 */
export function createAws(settings: AwsSettings = {}): Provider {
  const resolved = resolveSettings(settings);
  const connect = createConnect(resolved);
  return {
    name: "aws",
    imitation: resolved.endpoint?.insecure ?? false,
    access: createAwsAccess(connect, resolved),
    sources: { "cost-explorer": costExplorer },
    searchByHand: awsSearch(settings),
    portalOf: awsPortal(settings),
    services: {
      ec2: createEc2(connect, resolved),
      "ec2-host": createEc2Host(connect, resolved),
      rds: createReservationExecutor(rds, connect, resolved),
      elasticache: createReservationExecutor(elasticache, connect, resolved),
      memorydb: createReservationExecutor(memorydb, connect, resolved),
      opensearch: createReservationExecutor(opensearch, connect, resolved),
      "savings-plans": createSavingsPlans(connect, resolved),
      redshift: createRedshift(connect, resolved),
      "redshift-serverless": createRedshiftServerless(connect, resolved),
      ...Object.fromEntries(awsNotSold.map((executor) => [executor.service, executor])),
    },
  };
}
