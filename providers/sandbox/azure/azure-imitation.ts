import type { Imitation, ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { ArmError, armAnswer, armErrorAnswer } from "./arm-answer.ts";
import { calculatePrice } from "./post-calculate-price.ts";
import { listCatalog } from "./catalogs.ts";
import { calculateRefund } from "./post-calculate-refund.ts";
import { azureCommands } from "./azure-sandbox-commands.ts";
import { listOrders, listReservations, listReservationsOf } from "./listings.ts";
import type { Call, Operation } from "./operation.ts";
import { type AzureBehaviour, type AzureSandboxOptions, azureBehaviour } from "./azure-sandbox-options.ts";
import { orderBody } from "./order-body.ts";
import { purchasesIn } from "./azure-purchase-requests.ts";
import { purchase } from "./put-reservation-order.ts";
import { reservationAliasOperations } from "./put-reservation-alias.ts";
import { type ReservationOrder, advance, orders } from "./reservation-order.ts";
import { savingsPlanOperations } from "./savings-plans/plan-operations.ts";
import { readOperation } from "./savings-plans/put-plan-alias.ts";
import { isSeenIn, listPermissions, requireRight, tenantOf } from "./sandbox-tenant.ts";
import { withinLimit } from "./write-limit.ts";

/** Microsoft.Capacity, by the name that the request log shows and that fault rules use as `action`. */
const reservationOperations = {
  "POST calculatePrice": {
    right: "Microsoft.Capacity/calculateprice/action",
    route: /^POST \/calculatePrice$/i,
    run: ({ tenant, request, context, behaviour }) => calculatePrice(request.body, tenant, context, behaviour),
  },
  "PUT reservationOrders": {
    right: "Microsoft.Capacity/reservationorders/write",
    route: /^PUT \/reservationOrders\/([^/]+)$/i,
    run: ({ name, tenant, request, context, behaviour }) =>
      purchase(
        { id: name.toLowerCase(), tenant, body: request.body, orderUrl: `${context.origin}${request.target}` },
        context,
        behaviour,
      ),
  },
  "GET reservationOrders/{id}": {
    right: "Microsoft.Capacity/reservationorders/read",
    route: /^GET \/reservationOrders\/([^/]+)$/i,
    run: (call) => armAnswer(200, orderBody(advance(orderOf(call), call.context, call.behaviour), call.behaviour)),
  },
  "GET reservationOrders": {
    right: "Microsoft.Capacity/reservationorders/read",
    route: /^GET \/reservationOrders$/i,
    listing: true,
    run: listOrders,
  },
  "GET reservationOrders/{id}/reservations": {
    right: "Microsoft.Capacity/reservationorders/reservations/read",
    route: /^GET \/reservationOrders\/([^/]+)\/reservations$/i,
    run: (call) => listReservationsOf(orderOf(call), call.behaviour),
  },
  "POST calculateRefund": {
    right: "Microsoft.Capacity/reservationorders/calculaterefund/action",
    route: /^POST \/reservationOrders\/([^/]+)\/calculateRefund$/i,
    run: (call) => calculateRefund(orderOf(call), call.request.body, call.context, call.behaviour),
  },
  "GET reservations": {
    right: "Microsoft.Capacity/reservations/read",
    route: /^GET \/reservations$/i,
    listing: true,
    run: listReservations,
  },
  "GET operationResults/{id}": {
    right: "Microsoft.Capacity/operations/read",
    route: /^GET \/operationResults\/([^/]+)$/i,
    run: readOperation,
  },
  "GET catalogs": {
    right: "Microsoft.Capacity/catalogs/read",
    route: /^GET \/subscriptions\/[^/]+\/catalogs$/i,
    run: ({ request }) => listCatalog(request),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Microsoft.Authorization. */
const authorizationOperations = {
  "GET permissions": {
    right: "Microsoft.Authorization/permissions/read",
    route: /^GET \/subscriptions\/[^/]+\/permissions$/i,
    run: ({ tenant, behaviour }) => listPermissions(tenant, behaviour),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** A resource provider, and the versions of its API that are imitated. */
interface ResourceProvider {
  readonly versions: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

const providers: Readonly<Record<string, ResourceProvider>> = {
  capacity: { versions: ["2022-11-01"], operations: reservationOperations },
  // The Go engine and the SDK say the older one, which is also that of the reservations' recorded alias.
  billingbenefits: {
    versions: ["2026-06-01", "2022-11-01"],
    operations: { ...savingsPlanOperations, ...reservationAliasOperations },
  },
  authorization: { versions: ["2022-04-01"], operations: authorizationOperations },
};

/** What a request to the imitated Azure does, as the request log and fault rules name it. */
export type AzureAction =
  | keyof typeof reservationOperations
  | keyof typeof savingsPlanOperations
  | keyof typeof reservationAliasOperations
  | keyof typeof authorizationOperations;

/**
 * Imitates Microsoft.Capacity and Microsoft.BillingBenefits as their recorded answers of api-version 2022-11-01 show them, for
 * every tenant that a dummy credential names; and of Microsoft.Authorization what says beforehand what an identity may do.
 */
export function createAzureImitation(options: AzureSandboxOptions = {}): Imitation {
  const behaviour = azureBehaviour(options);
  return {
    name: "azure",
    owns: ({ path }) => /^\/(providers|subscriptions)\//i.test(path),
    actionOf: (request) => find(request)?.action ?? `${request.method} ${request.path}`,
    accountOf: tenantOf,
    handle(request, context) {
      try {
        return operate(request, context, behaviour);
      } catch (error) {
        if (error instanceof ArmError) {
          return armErrorAnswer(error.status, error.code, error.message);
        }
        throw error;
      }
    },
    errorAnswer: (_request, status, code) => armErrorAnswer(status, code),
    listingFaults: (request) =>
      find(request)?.operation.listing === true ? ["stale", "empty", "foreign-next-link", "repeated-next-link"] : [],
    purchaseActions: [
      "PUT reservationOrders",
      "PUT reservationOrderAliases",
      "PUT savingsPlanOrderAliases",
    ] satisfies AzureAction[],
    purchases: purchasesIn,
    commands: azureCommands,
  };
}

/** Checks what Azure Resource Manager checks before the service sees the request. Throws an ArmError. */
function operate(request: SandboxRequest, context: ImitationContext, behaviour: AzureBehaviour): SandboxResponse {
  if (!/^Bearer \S/i.test(request.headers["authorization"] ?? "")) {
    throw new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  }
  const found = find(request);
  if (found === undefined) {
    throw new ArmError(404, "InvalidResourceType", `The sandbox knows no ${request.method} ${request.path}.`);
  }
  const { name, operation, versions } = found;
  if (!versions.includes(request.query.get("api-version") ?? "")) {
    throw new ArmError(
      400,
      "InvalidApiVersionParameter",
      `The sandbox knows api-version ${versions.join(" and ")} only.`,
    );
  }
  const tenant = tenantOf(request);
  return withinLimit({ method: request.method, tenant }, context, behaviour, () => {
    requireRight(operation.right, request, tenant, behaviour);
    return operation.run({ name, tenant, request, context, behaviour });
  });
}

function find({ method, path }: SandboxRequest) {
  // `/subscriptions/{id}` stands before the provider's name, everything else after it.
  const parts = /^(.*?)\/providers\/Microsoft\.(Capacity|BillingBenefits|Authorization)(\/.*)$/i.exec(path);
  if (parts === null) {
    return undefined;
  }
  const { versions, operations } = providers[parts[2]?.toLowerCase() ?? ""] ?? { versions: [], operations: {} };
  for (const [action, operation] of Object.entries(operations)) {
    const match = operation.route.exec(`${method} ${parts[1]}${parts[3]}`);
    if (match !== null) {
      return { action, operation, versions, name: match[1] ?? "" };
    }
  }
  return undefined;
}

function orderOf({ name: id, tenant, context }: Call): ReservationOrder {
  const order = orders(context.store).get(id.toLowerCase());
  if (order === undefined || !isSeenIn(order, tenant)) {
    throw new ArmError(404, "ReservationOrderNotFound", `Reservation order ${id} was not found.`);
  }
  return order;
}
