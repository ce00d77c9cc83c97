import type { ReservedDBInstance } from "@aws-sdk/client-rds";
import { z } from "zod";
import { about, matching, must } from "../../../src/contract/field-schemas.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, durations, offeringTypes, regionField } from "../aws-fields.ts";
import { hasLicence, normaliseDescription } from "./product-description.ts";
import { tagList } from "./reservation-purchase-request.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";
import { chargesOf, termFacts } from "./reservation-terms.ts";

/** Reserved DB instances to buy. */
export type RdsRecommendation = ReservationRecommendation & {
  readonly service: "rds";
  /** `db.r6g.large`. */
  readonly instanceClass: string;
  /**
   * The offering's product description: `postgresql`, `sqlserver-se (byol)`. Letter case and the blank before the bracket
   * mean nothing. `oracle-se2` and `oracle-se2 (li)` are the same: with the licence included.
   */
  readonly productDescription: string;
  readonly multiAz: boolean;
};

const sdk = () => importOptional("@aws-sdk/client-rds", () => import("@aws-sdk/client-rds"));
const clients = createClients("RDS", async (configuration) => new (await sdk()).RDSClient(configuration));

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const rdsSchema = z
  .strictObject({
    ...awsFields("rds"),
    region: regionField,
    instanceClass: matching(/^db\.[a-z0-9-]+\.[a-z0-9-.]+$/, 'must be a DB instance class such as "db.r6g.large"').meta(
      about("The DB instance class.", { example: "db.r6g.large", called: "DBInstanceClass" }),
    ),
    productDescription: matching(
      /^\S(.{0,98}\S)?$/,
      'must be a product description such as "postgresql" or "oracle-se2 (byol)"',
    )
      .overwrite(normaliseDescription)
      .meta(
        about("Engine, edition and licence: (li) with the licence included, (byol) with one's own.", {
          example: "postgresql",
          called: "ProductDescription",
        }),
      ),
    multiAz: z
      .boolean(must("must be true or false"))
      .meta(about("Whether it covers a Multi-AZ deployment.", { example: false, called: "MultiAZ" })),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "DB instances", called: "DBInstanceCount" })),
  })
  .meta({ title: "RDS reserved DB instances" }) satisfies z.ZodType<RdsRecommendation, RdsRecommendation>;

/** RDS. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PurchaseReservedDBInstancesOffering.html */
export const rds: ReservationService<RdsRecommendation> = {
  name: "rds",
  title: "RDS",
  schema: rdsSchema,
  describe: ({ instanceClass, productDescription, multiAz }) =>
    `${instanceClass} ${productDescription}, ${multiAz ? "Multi-AZ" : "Single-AZ"}`,
  asked: ({ instanceClass, productDescription, multiAz }) => ({
    instanceClass,
    productDescription: normaliseDescription(productDescription),
    multiAz: String(multiAz),
  }),
  calls: {
    list: "DescribeReservedDBInstances",
    offerings: "DescribeReservedDBInstancesOfferings",
    purchase: "PurchaseReservedDBInstancesOffering",
    tags: ["AddTagsToResource"],
    permissions: "rds",
  },
  codes: {
    // Both faults are HTTP 404 on the wire.
    alreadyExists: "ReservedDBInstanceAlreadyExists",
    notFound: ["ReservedDBInstanceNotFound"],
    quota: ["ReservedDBInstanceQuotaExceeded"],
  },
  shown: {
    console: ["rds", "#reserved-instances:"],
    words: ["rds", "describe-reserved-db-instances"],
    list: "ReservedDBInstances",
    fields: { id: "ReservedDBInstanceId", count: "DBInstanceCount", state: "State", since: "StartTime" },
    named: "--reserved-db-instance-id",
    kind: "instanceClass",
    ofKind: (kind) => ({ words: ["--db-instance-class", kind] }),
  },

  load: sdk,

  async connect(connection) {
    const {
      DescribeReservedDBInstancesCommand,
      DescribeReservedDBInstancesOfferingsCommand,
      PurchaseReservedDBInstancesOfferingCommand,
    } = await sdk();
    const reader = await clients.reader(connection);
    return {
      async reservations({ id, name, next }, signal) {
        const command = new DescribeReservedDBInstancesCommand({ ReservedDBInstanceId: id ?? name, Marker: next });
        const { ReservedDBInstances, Marker } = await reader.send(command, { abortSignal: signal });
        return { items: ReservedDBInstances?.map(reservationOf), next: Marker };
      },

      async offerings({ instanceClass, productDescription, multiAz, payment, term }, next, signal) {
        const command = new DescribeReservedDBInstancesOfferingsCommand({
          DBInstanceClass: instanceClass,
          // A filter matches parts, but of a licence it knows another spelling than the answers have.
          ...(hasLicence(productDescription) ? {} : { ProductDescription: productDescription }),
          MultiAZ: multiAz,
          OfferingType: offeringTypes[payment],
          Duration: String(durations[term]),
          Marker: next,
        });
        const { ReservedDBInstancesOfferings, Marker } = await reader.send(command, { abortSignal: signal });
        const items = ReservedDBInstancesOfferings?.map((offering) => ({
          id: offering.ReservedDBInstancesOfferingId,
          facts: factsOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: Marker };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new PurchaseReservedDBInstancesOfferingCommand({
          ReservedDBInstancesOfferingId: request.offeringId,
          ReservedDBInstanceId: request.name,
          DBInstanceCount: request.count,
          Tags: tagList(request),
        });
        const { ReservedDBInstance } = await buyer.send(command, { abortSignal: signal });
        return ReservedDBInstance && reservationOf(ReservedDBInstance);
      },
    };
  },
};

function reservationOf(instance: ReservedDBInstance): Reservation {
  return {
    id: instance.ReservedDBInstanceId,
    name: instance.ReservedDBInstanceId,
    facts: factsOf(instance),
    count: instance.DBInstanceCount,
    state: instance.State,
    start: instance.StartTime,
    charges: chargesOf(instance),
  };
}

type Terms = Pick<
  ReservedDBInstance,
  "DBInstanceClass" | "ProductDescription" | "MultiAZ" | "OfferingType" | "Duration"
>;

function factsOf(terms: Terms): Facts {
  return {
    instanceClass: terms.DBInstanceClass,
    productDescription: terms.ProductDescription && normaliseDescription(terms.ProductDescription),
    multiAz: terms.MultiAZ?.toString(),
    ...termFacts(terms.OfferingType, terms.Duration),
  };
}
