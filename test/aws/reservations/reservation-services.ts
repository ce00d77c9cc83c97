import type { Submission } from "../../../src/contract/executor.ts";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { marker, submittedAt, token } from "../aws-executors.ts";
import type { Arrived, Reply } from "../aws-loopback.ts";
import { jsonProtocol, name, price, speaking, xmlProtocol, type Entry } from "./reservation-wire.ts";

/** A service and the wire that it speaks, for tests that hold for all of them. */
export interface TestedService {
  readonly service: string;
  readonly title: string;
  readonly recommendation: AnyRecommendation;
  readonly list: string;
  readonly offerings: string;
  readonly purchase: string;
  /** The prefix of its IAM permissions, and the calls as IAM names them. */
  readonly permissions: { readonly list: string; readonly offerings: string; readonly purchase: string };
  readonly codes: {
    readonly alreadyExists: string;
    readonly notFound: string;
    readonly quota: string;
    readonly denied: string;
    readonly throttled: string;
  };
  /** Something else in each attribute of its own, and the field of the recommendation that it is. */
  readonly others: readonly (readonly [Entry, string])[];
  /** What is wrong in a recommendation, and what is said about it. */
  readonly mistakes: readonly (readonly [Readonly<Record<string, unknown>>, string])[];
  /** The id that `read` takes. */
  readonly id: string;
  /** It names a currency in its answers. */
  readonly currency: boolean;
  /** The answer to the purchase holds nothing but ids. */
  readonly bareAnswer: boolean;
  /** The exact request of the purchase. */
  readonly purchaseBody: string;
  readonly describe: string;
  reservations(entries: readonly Entry[], next?: string): Reply;
  offered(entries: readonly Entry[], next?: string): Reply;
  bought(entry?: Entry): Reply;
  error(status: number, code: string): Reply;
  /** A listing with this in the place of the list; undefined leaves it out. */
  withoutList(): Reply;
  /** What a read of offerings or reservations asks for. */
  asked(arrived: Arrived): Readonly<Record<string, unknown>>;
  /** What it asks for when it looks for the name or reads the id. */
  readonly lookup: {
    readonly byName: Readonly<Record<string, unknown>>;
    readonly byId: Readonly<Record<string, unknown>>;
  };
  /** What it asks for when it looks for offerings. */
  readonly search: Readonly<Record<string, unknown>>;
  /** The parameter of the next page. */
  readonly next: string;
}

const common = { provider: "aws", accountId: "123456789012", region: "us-east-1" } as const;
const terms = { payment: "partial-upfront", term: "P1Y", quantity: 2 } as const;
const tagParameters = `Tags.Tag.1.Key=purchase-automation&Tags.Tag.1.Value=cudly-web&Tags.Tag.2.Key=cudly-idempotency-token&Tags.Tag.2.Value=${token}`;

const queryCodes = { denied: "AccessDenied", throttled: "Throttling" } as const;
const jsonCodes = { denied: "AccessDeniedException", throttled: "ThrottlingException" } as const;

const commonMistakes = [
  [{ accountId: "12345678901" }, "accountId: must be the 12 digits of an AWS account"],
  [{ region: "US East" }, 'region: must be an AWS region such as "us-east-1"'],
  [{ payment: "upfront" }, 'payment: must be "no-upfront" or "partial-upfront" or "all-upfront"'],
  [{ payment: undefined }, 'payment: is required: it must be "no-upfront" or "partial-upfront" or "all-upfront"'],
  [{ term: "P5Y" }, 'term: must be "P1Y" or "P3Y"'],
  [{ quantity: 0 }, "quantity: must be at least 1"],
  [{ quantity: 1.5 }, "quantity: must be a whole number"],
  [{ engine: "redis" }, ': Unrecognized key: "engine"'],
] as const;

const rds: TestedService = {
  service: "rds",
  title: "RDS",
  recommendation: {
    ...common,
    service: "rds",
    instanceClass: "db.r6g.large",
    productDescription: "postgresql",
    multiAz: true,
    ...terms,
  },
  list: "DescribeReservedDBInstances",
  offerings: "DescribeReservedDBInstancesOfferings",
  purchase: "PurchaseReservedDBInstancesOffering",
  permissions: {
    list: "rds:DescribeReservedDBInstances",
    offerings: "rds:DescribeReservedDBInstancesOfferings",
    purchase: "rds:PurchaseReservedDBInstancesOffering",
  },
  codes: {
    alreadyExists: "ReservedDBInstanceAlreadyExists",
    notFound: "ReservedDBInstanceNotFound",
    quota: "ReservedDBInstanceQuotaExceeded",
    ...queryCodes,
  },
  others: [
    [{ DBInstanceClass: "db.r6g.xlarge" }, "instanceClass"],
    [{ ProductDescription: "postgresql (byol)" }, "productDescription"],
    [{ MultiAZ: "false" }, "multiAz"],
  ],
  mistakes: [
    ...commonMistakes,
    [{ instanceClass: "r6g.large" }, 'instanceClass: must be a DB instance class such as "db.r6g.large"'],
    [
      { productDescription: "" },
      'productDescription: must be a product description such as "postgresql" or "oracle-se2 (byol)"',
    ],
    [{ multiAz: "true" }, "multiAz: must be true or false"],
    [{ multiAz: undefined }, "multiAz: is required: it must be true or false"],
  ],
  id: name,
  currency: true,
  bareAnswer: false,
  purchaseBody: `Action=PurchaseReservedDBInstancesOffering&Version=2014-10-31&ReservedDBInstancesOfferingId=offering-1&ReservedDBInstanceId=${name}&DBInstanceCount=2&${tagParameters}`,
  describe: "2 × db.r6g.large postgresql, Multi-AZ (rds), us-east-1, P1Y, partial-upfront",
  ...speaking({
    protocol: xmlProtocol("http://rds.amazonaws.com/doc/2014-10-31/"),
    names: {
      id: "ReservedDBInstanceId",
      name: "ReservedDBInstanceId",
      offeringId: "ReservedDBInstancesOfferingId",
      count: "DBInstanceCount",
      payment: "OfferingType",
    },
    lists: {
      reservations: ["DescribeReservedDBInstances", "ReservedDBInstances", "ReservedDBInstance"],
      offerings: [
        "DescribeReservedDBInstancesOfferings",
        "ReservedDBInstancesOfferings",
        "ReservedDBInstancesOffering",
      ],
    },
    purchase: ["PurchaseReservedDBInstancesOffering", "ReservedDBInstance"],
    attributes: {
      DBInstanceClass: "db.r6g.large",
      ProductDescription: "postgresql",
      MultiAZ: "true",
      UsagePrice: 0,
      CurrencyCode: "USD",
    },
    id: name,
  }),
  asked: ({ parameters }) => Object.fromEntries(parameters),
  lookup: {
    byName: { Action: "DescribeReservedDBInstances", Version: "2014-10-31", ReservedDBInstanceId: name },
    byId: { Action: "DescribeReservedDBInstances", Version: "2014-10-31", ReservedDBInstanceId: name },
  },
  search: {
    Action: "DescribeReservedDBInstancesOfferings",
    Version: "2014-10-31",
    DBInstanceClass: "db.r6g.large",
    ProductDescription: "postgresql",
    MultiAZ: "true",
    OfferingType: "Partial Upfront",
    Duration: "31536000",
  },
  next: "Marker",
};

const elasticache: TestedService = {
  service: "elasticache",
  title: "ElastiCache",
  recommendation: {
    ...common,
    service: "elasticache",
    nodeType: "cache.r6g.large",
    productDescription: "redis",
    ...terms,
  },
  list: "DescribeReservedCacheNodes",
  offerings: "DescribeReservedCacheNodesOfferings",
  purchase: "PurchaseReservedCacheNodesOffering",
  permissions: {
    list: "elasticache:DescribeReservedCacheNodes",
    offerings: "elasticache:DescribeReservedCacheNodesOfferings",
    purchase: "elasticache:PurchaseReservedCacheNodesOffering",
  },
  codes: {
    alreadyExists: "ReservedCacheNodeAlreadyExists",
    notFound: "ReservedCacheNodeNotFound",
    quota: "ReservedCacheNodeQuotaExceeded",
    ...queryCodes,
  },
  others: [
    [{ CacheNodeType: "cache.r6g.xlarge" }, "nodeType"],
    [{ ProductDescription: "valkey" }, "productDescription"],
    [{ ProductDescription: "redis (byol)" }, "productDescription"],
  ],
  mistakes: [
    ...commonMistakes,
    [{ nodeType: "r6g.large" }, 'nodeType: must be a cache node type such as "cache.r6g.large"'],
    [{ productDescription: "Redis" }, 'productDescription: must be a product description such as "redis"'],
  ],
  id: name,
  currency: false,
  bareAnswer: false,
  purchaseBody: `Action=PurchaseReservedCacheNodesOffering&Version=2015-02-02&ReservedCacheNodesOfferingId=offering-1&ReservedCacheNodeId=${name}&CacheNodeCount=2&${tagParameters}`,
  describe: "2 × cache.r6g.large redis (elasticache), us-east-1, P1Y, partial-upfront",
  ...speaking({
    protocol: xmlProtocol("http://elasticache.amazonaws.com/doc/2015-02-02/"),
    names: {
      id: "ReservedCacheNodeId",
      name: "ReservedCacheNodeId",
      offeringId: "ReservedCacheNodesOfferingId",
      count: "CacheNodeCount",
      payment: "OfferingType",
    },
    lists: {
      reservations: ["DescribeReservedCacheNodes", "ReservedCacheNodes", "ReservedCacheNode"],
      offerings: ["DescribeReservedCacheNodesOfferings", "ReservedCacheNodesOfferings", "ReservedCacheNodesOffering"],
    },
    purchase: ["PurchaseReservedCacheNodesOffering", "ReservedCacheNode"],
    attributes: { CacheNodeType: "cache.r6g.large", ProductDescription: "redis", UsagePrice: 0 },
    id: name,
  }),
  asked: ({ parameters }) => Object.fromEntries(parameters),
  lookup: {
    byName: { Action: "DescribeReservedCacheNodes", Version: "2015-02-02", ReservedCacheNodeId: name },
    byId: { Action: "DescribeReservedCacheNodes", Version: "2015-02-02", ReservedCacheNodeId: name },
  },
  search: {
    Action: "DescribeReservedCacheNodesOfferings",
    Version: "2015-02-02",
    CacheNodeType: "cache.r6g.large",
    ProductDescription: "redis",
    OfferingType: "Partial Upfront",
    Duration: "31536000",
  },
  next: "Marker",
};

const memorydb: TestedService = {
  service: "memorydb",
  title: "MemoryDB",
  recommendation: { ...common, service: "memorydb", nodeType: "db.r6g.large", ...terms },
  list: "DescribeReservedNodes",
  offerings: "DescribeReservedNodesOfferings",
  purchase: "PurchaseReservedNodesOffering",
  permissions: {
    list: "memorydb:DescribeReservedNodes",
    offerings: "memorydb:DescribeReservedNodesOfferings",
    purchase: "memorydb:PurchaseReservedNodesOffering",
  },
  codes: {
    alreadyExists: "ReservedNodeAlreadyExistsFault",
    notFound: "ReservedNodeNotFoundFault",
    quota: "ReservedNodeQuotaExceededFault",
    ...jsonCodes,
  },
  others: [[{ NodeType: "db.r6g.xlarge" }, "nodeType"]],
  mistakes: [
    ...commonMistakes,
    [{ nodeType: "cache.r6g.large" }, 'nodeType: must be a MemoryDB node type such as "db.r6g.large"'],
  ],
  id: name,
  currency: false,
  bareAnswer: false,
  purchaseBody: `{"ReservedNodesOfferingId":"offering-1","ReservationId":"${name}","NodeCount":2,"Tags":[{"Key":"purchase-automation","Value":"cudly-web"},{"Key":"cudly-idempotency-token","Value":"${token}"}]}`,
  describe: "2 × db.r6g.large (memorydb), us-east-1, P1Y, partial-upfront",
  ...speaking({
    protocol: jsonProtocol("body"),
    names: {
      id: "ReservationId",
      name: "ReservationId",
      offeringId: "ReservedNodesOfferingId",
      count: "NodeCount",
      payment: "OfferingType",
    },
    lists: {
      reservations: ["DescribeReservedNodes", "ReservedNodes", ""],
      offerings: ["DescribeReservedNodesOfferings", "ReservedNodesOfferings", ""],
    },
    purchase: ["PurchaseReservedNodesOffering", "ReservedNode"],
    attributes: { NodeType: "db.r6g.large" },
    id: name,
  }),
  asked: ({ body }) => JSON.parse(body),
  lookup: { byName: { ReservationId: name }, byId: { ReservationId: name } },
  search: { NodeType: "db.r6g.large", OfferingType: "Partial Upfront", Duration: "31536000" },
  next: "NextToken",
};

const serverId = "11111111-2222-4333-8444-555555555555";

const opensearch: TestedService = {
  service: "opensearch",
  title: "OpenSearch",
  recommendation: { ...common, service: "opensearch", instanceType: "r6g.large.search", ...terms },
  list: "GET reservedInstances",
  offerings: "GET reservedInstanceOfferings",
  purchase: "POST purchaseReservedInstanceOffering",
  permissions: {
    list: "es:DescribeReservedInstances",
    offerings: "es:DescribeReservedInstanceOfferings",
    purchase: "es:PurchaseReservedInstanceOffering",
  },
  codes: {
    alreadyExists: "ResourceAlreadyExistsException",
    notFound: "ResourceNotFoundException",
    quota: "LimitExceededException",
    ...jsonCodes,
  },
  others: [[{ InstanceType: "r6g.xlarge.search" }, "instanceType"]],
  mistakes: [
    ...commonMistakes,
    [{ instanceType: "r6g.large" }, 'instanceType: must be an OpenSearch instance type such as "r6g.large.search"'],
  ],
  id: serverId,
  currency: true,
  bareAnswer: true,
  purchaseBody: `{"ReservedInstanceOfferingId":"offering-1","ReservationName":"${name}","InstanceCount":2}`,
  describe: "2 × r6g.large.search (opensearch), us-east-1, P1Y, partial-upfront",
  ...speaking({
    protocol: jsonProtocol("header"),
    names: {
      id: "ReservedInstanceId",
      name: "ReservationName",
      offeringId: "ReservedInstanceOfferingId",
      count: "InstanceCount",
      payment: "PaymentOption",
    },
    lists: {
      reservations: ["", "ReservedInstances", ""],
      offerings: ["", "ReservedInstanceOfferings", ""],
    },
    purchase: ["", ""],
    attributes: { InstanceType: "r6g.large.search", UsagePrice: 0, CurrencyCode: "USD" },
    id: serverId,
    answered: ["ReservedInstanceId", "ReservationName"],
    words: (payment) => payment.toUpperCase().replace(" ", "_"),
  }),
  asked: ({ path }) => Object.fromEntries(new URL(path, "http://localhost").searchParams),
  lookup: { byName: { maxResults: "100" }, byId: { maxResults: "100", reservationId: serverId } },
  search: { maxResults: "100" },
  next: "nextToken",
};

/** The services that sell reservations under an id of the caller's choice. */
export const services: readonly TestedService[] = [rds, elasticache, memorydb, opensearch];

/** One that answers in XML and one that answers in JSON. */
export const isOneOfEach = ({ service }: TestedService): boolean => ["rds", "memorydb"].includes(service);

/** What the ledger gives back for a purchase that was written ahead. */
export function submissionFor({ service, recommendation }: TestedService): Submission {
  return {
    ...marker,
    recommendation,
    scope: {
      key: `aws/123456789012/us-east-1/${service}`,
      label: `AWS account 123456789012, us-east-1, ${service}`,
      accountId: "123456789012",
      region: "us-east-1",
    },
    price,
    handle: { name },
    request: {
      offeringId: "offering-1",
      name,
      count: 2,
      tags: { "purchase-automation": "cudly-web", "cudly-idempotency-token": token },
    },
    attempt: 1,
    requestHash: "0".repeat(64),
    submittedAt,
  };
}

/** RDS stands for all where code is tried that knows no service. */
export const isRds = ({ service }: TestedService): boolean => service === "rds";
