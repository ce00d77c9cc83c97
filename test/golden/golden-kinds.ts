import { readFileSync } from "node:fs";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { GoldenKind } from "./golden-kind.ts";
import type { ProxiedAnswer, ProxiedRequest } from "./golden-proxy.ts";

const { recommendations } = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as { recommendations: AnyRecommendation[] };

function recommendationOf(provider: string, service: string): AnyRecommendation {
  const found = recommendations.find((one) => one.provider === provider && one.service === service);
  if (found === undefined) throw new Error(`The fixture has no ${provider} ${service}.`);
  // Another amount costs more, and is to be bought too.
  const { maxPrice: _maxPrice, ...unlimited } = found;
  return unlimited;
}

const json = (status: number, body: object, type = "application/json"): ProxiedAnswer => ({
  status,
  headers: { "content-type": type },
  body: JSON.stringify(body),
});

const xml = (status: number, body: string): ProxiedAnswer => ({
  status,
  headers: { "content-type": "text/xml;charset=UTF-8" },
  body,
});

const azure = {
  provider: createAzure,
  denied: json(403, { error: { code: "AuthorizationFailed", message: "No." } }),
} as const;

/** Reservations; all services buy in the same two steps. */
export const azureCompute: GoldenKind = {
  ...azure,
  name: "azure-compute",
  recommendation: recommendationOf("azure", "compute"),
  another: { quantity: 2 },
  purchaseAction: "PUT reservationOrders",
  listAction: "GET reservationOrders",
  isLook: ({ method, path }) => method === "GET" && /\/reservationOrders\/[^/?]+\?/.test(path),
  absent: () => json(404, { error: { code: "ReservationOrderNotFound", message: "No." } }),
  sold: (sandbox) => sandbox.orders(),
  setState: (sandbox, id, state) => sandbox.setOrderState(id, state),
};

export const azurePlan: GoldenKind = {
  ...azure,
  name: "azure-savings-plan",
  recommendation: recommendationOf("azure", "savings-plans"),
  another: { commitment: { amount: "0.5", currency: "USD" } },
  purchaseAction: "PUT savingsPlanOrderAliases",
  listAction: "GET savingsPlanOrders",
  isLook: ({ method, path }) => method === "GET" && /\/savingsPlanOrder(Aliase)?s\/[^/?]+\?/.test(path),
  absent: () => json(404, { error: { code: "SavingsPlanOrderAliasNotFound", message: "No." } }),
  sold: (sandbox) => sandbox.savingsPlanOrders(),
  setState: (sandbox, id, state) => sandbox.setOrderState(id, state),
};

const gcpError = (status: number, reason: string, message: string) =>
  json(status, { error: { code: status, message, errors: [{ message, domain: "global", reason }] } });

export const gcpCompute: GoldenKind = {
  name: "gcp-compute",
  recommendation: recommendationOf("gcp", "compute"),
  another: { vcpus: 16 },
  provider: createGcp,
  purchaseAction: "POST commitments",
  listAction: "GET commitments",
  isLook: ({ method, path }) => method === "GET" && /\/commitments\/[^/?]+(\?|$)/.test(path),
  denied: gcpError(403, "forbidden", "No."),
  // Google's message names what is not there.
  absent: ({ path }) =>
    gcpError(404, "notFound", `The resource '${path.replace(/^.*\/v1\/|\?.*$/g, "")}' was not found`),
  sold: (sandbox) => sandbox.commitments().map(({ name, state }) => ({ id: name, state })),
  setState: (sandbox, id, state) => sandbox.setCommitmentState(id, state),
};

const denied = json(403, { __type: "AccessDeniedException", message: "No." });
const queryError = (status: number, code: string) =>
  xml(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`,
  );
const ec2Error = (status: number, code: string) =>
  xml(status, `<Response><Errors><Error><Code>${code}</Code><Message>No.</Message></Error></Errors></Response>`);
const asksFor = ({ body }: ProxiedRequest, action: string) => body.includes(`Action=${action}&`);

/** Outcomes name them by this id, the sandbox's commands by their name. */
const soldAsReservations = {
  sold: (sandbox) => sandbox.reservations(),
  setState: (sandbox, id, state) => {
    const name = sandbox.reservations().find((one) => one.id === id)?.name;
    sandbox.setReservationState(name ?? id, state);
  },
} satisfies Pick<GoldenKind, "sold" | "setState">;

export const ec2: GoldenKind = {
  name: "ec2",
  recommendation: recommendationOf("aws", "ec2"),
  another: { quantity: 3 },
  provider: createAws,
  purchaseAction: "PurchaseReservedInstancesOffering",
  listAction: "DescribeReservedInstances",
  isLook: (request) => asksFor(request, "DescribeReservedInstances"),
  denied: ec2Error(403, "UnauthorizedOperation"),
  absent: ({ body }) =>
    body.includes("ReservedInstancesId.1=") ? ec2Error(400, "InvalidReservedInstancesId") : undefined,
  sold: (sandbox) => sandbox.reservedInstances(),
  setState: (sandbox, id, state) => sandbox.setReservedInstanceState(id, state),
};

export const ec2Host: GoldenKind = {
  name: "ec2-host",
  recommendation: recommendationOf("aws", "ec2-host"),
  another: { hostIds: ["h-0f1e2d3c4b5a69788"] },
  provider: createAws,
  purchaseAction: "PurchaseHostReservation",
  listAction: "DescribeHostReservations",
  // There is no look by name.
  isLook: (request) => asksFor(request, "DescribeHostReservations"),
  denied: ec2Error(403, "UnauthorizedOperation"),
  absent: () => undefined,
  ...soldAsReservations,
};

/** What all services with reservations have in common. */
const reservations = (service: string) =>
  ({
    name: service,
    recommendation: recommendationOf("aws", service),
    another: { quantity: 5 },
    provider: createAws,
    ...soldAsReservations,
  }) satisfies Partial<GoldenKind>;

export const rds: GoldenKind = {
  ...reservations("rds"),
  purchaseAction: "PurchaseReservedDBInstancesOffering",
  listAction: "DescribeReservedDBInstances",
  isLook: (request) => asksFor(request, "DescribeReservedDBInstances"),
  denied: queryError(403, "AccessDenied"),
  absent: ({ body }) =>
    body.includes("&ReservedDBInstanceId=") ? queryError(404, "ReservedDBInstanceNotFound") : undefined,
};

export const elasticache: GoldenKind = {
  ...reservations("elasticache"),
  purchaseAction: "PurchaseReservedCacheNodesOffering",
  listAction: "DescribeReservedCacheNodes",
  isLook: (request) => asksFor(request, "DescribeReservedCacheNodes"),
  denied: queryError(403, "AccessDenied"),
  absent: ({ body }) =>
    body.includes("&ReservedCacheNodeId=") ? queryError(404, "ReservedCacheNodeNotFound") : undefined,
};

export const memorydb: GoldenKind = {
  ...reservations("memorydb"),
  purchaseAction: "PurchaseReservedNodesOffering",
  listAction: "DescribeReservedNodes",
  isLook: ({ headers }) => headers["x-amz-target"]?.endsWith(".DescribeReservedNodes") === true,
  denied,
  absent: ({ body }) =>
    body.includes('"ReservationId"') ? json(400, { __type: "ReservedNodeNotFoundFault", message: "No." }) : undefined,
};

export const opensearch: GoldenKind = {
  ...reservations("opensearch"),
  purchaseAction: "PurchaseReservedInstanceOffering",
  listAction: "DescribeReservedInstances",
  // There is no look by name.
  isLook: ({ path }) => /\/reservedInstances(\?|$)/.test(path),
  denied: { ...denied, headers: { ...denied.headers, "x-amzn-errortype": "AccessDeniedException" } },
  absent: ({ path }) =>
    path.includes("reservationId=")
      ? { ...json(409, { message: "No." }), headers: { "x-amzn-errortype": "ResourceNotFoundException" } }
      : undefined,
};

export const redshift: GoldenKind = {
  ...reservations("redshift"),
  purchaseAction: "PurchaseReservedNodeOffering",
  listAction: "DescribeReservedNodes",
  isLook: (request) => asksFor(request, "DescribeReservedNodes"),
  denied: queryError(403, "AccessDenied"),
  absent: ({ body }) => (body.includes("&ReservedNodeId=") ? queryError(404, "ReservedNodeNotFound") : undefined),
};

export const redshiftServerless: GoldenKind = {
  ...reservations("redshift-serverless"),
  purchaseAction: "CreateReservation",
  listAction: "ListReservations",
  isLook: ({ headers }) => /\.(ListReservations|GetReservation)$/.test(headers["x-amz-target"] ?? ""),
  denied: json(400, { __type: "AccessDeniedException", message: "No." }),
  absent: ({ headers }) =>
    headers["x-amz-target"]?.endsWith(".GetReservation")
      ? json(400, { __type: "ResourceNotFoundException", message: "No." })
      : undefined,
};

export const mediaLive: GoldenKind = {
  ...reservations("medialive"),
  purchaseAction: "PurchaseOffering",
  listAction: "ListReservations",
  isLook: ({ method, path }) => method === "GET" && /\/prod\/reservations(\/|\?|$)/.test(path),
  denied: { ...denied, headers: { ...denied.headers, "x-amzn-errortype": "ForbiddenException" } },
  absent: ({ path }) =>
    path.includes("/prod/reservations/")
      ? { ...json(404, { message: "No." }), headers: { "x-amzn-errortype": "NotFoundException" } }
      : undefined,
};

export const mediaConnect: GoldenKind = {
  ...reservations("mediaconnect"),
  another: { quantity: 100 },
  purchaseAction: "PurchaseOffering",
  listAction: "ListReservations",
  isLook: ({ method, path }) => method === "GET" && /\/v1\/reservations(\/|\?|$)/.test(path),
  denied: { ...denied, headers: { ...denied.headers, "x-amzn-errortype": "ForbiddenException" } },
  absent: ({ path }) =>
    path.includes("/v1/reservations/")
      ? { ...json(404, { message: "No." }), headers: { "x-amzn-errortype": "NotFoundException" } }
      : undefined,
};

export const awsPlans: GoldenKind = {
  name: "aws-savings-plans",
  recommendation: recommendationOf("aws", "savings-plans"),
  another: { hourlyCommitment: { amount: "2.5", currency: "USD" } },
  provider: createAws,
  purchaseAction: "CreateSavingsPlan",
  listAction: "DescribeSavingsPlans",
  isLook: ({ path }) => path === "/DescribeSavingsPlans",
  denied: { ...denied, headers: { ...denied.headers, "x-amzn-errortype": "AccessDeniedException" } },
  absent: ({ body }) => (body.includes('"savingsPlanIds"') ? json(200, { savingsPlans: [] }) : undefined),
  sold: (sandbox) => sandbox.savingsPlans(),
  setState: (sandbox, id, state) => sandbox.setSavingsPlanState(id, state),
};
