import type { ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import { hashJson } from "../../../src/contract/fingerprint.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { AzureSettings, SavingsPlanRecommendation } from "../../../providers/azure/index.ts";
import type { Arrived, Loopback, Reply } from "../support/azure-loopback.ts";
import { executorOf, marker, startTime, subscriptionId, token, digestOf } from "../support/azure-samples.ts";

export const orderId = "a1b4d5dd-9434-482a-9807-718ad814c636";
export const aliasName = [0, 8, 12, 16, 20].map((at, part) => token.slice(at, [8, 12, 16, 20, 32][part])).join("-");
export const scope = { key: "azure/savings-plan/default", label: "Azure savings plans" };

/** A valid recommendation: an amount that two decimals would spoil. */
export function recommend(change: Readonly<Record<string, unknown>> = {}): SavingsPlanRecommendation {
  return {
    provider: "azure",
    service: "savings-plans",
    subscriptionId,
    commitment: { amount: "0.00123", currency: "USD" },
    term: "P3Y",
    billingPlan: "Monthly",
    appliedScope: { type: "Shared" },
    ...change,
  };
}

export function executorAt(server: Loopback, settings: AzureSettings = {}): ServiceExecutor {
  return executorOf("savings-plans", { endpoint: server.origin, ...settings });
}

/** What is asked for, as alias and savings plan show it, and as it is sent. */
export function properties(change: Readonly<Record<string, unknown>> = {}) {
  return {
    billingScopeId: `/subscriptions/${subscriptionId}`,
    billingPlan: "P1M",
    term: "P3Y",
    appliedScopeType: "Shared",
    commitment: { grain: "Hourly", currencyCode: "USD", amount: 0.00123 },
    displayName: `buyonce-savings-plan-${digestOf(token)}`,
    ...change,
  };
}

const sku = { name: "Compute_Savings_Plan" };
const root = "/providers/Microsoft.BillingBenefits";

/** An alias as PUT and GET answer it. */
export function alias(change: Readonly<Record<string, unknown>> = {}, name: string = aliasName) {
  return {
    id: `${root}/savingsPlanOrderAliases/${name}`,
    name,
    sku,
    properties: {
      savingsPlanOrderId: `${root}/savingsPlanOrders/${orderId}`,
      appliedScopeProperties: null,
      provisioningState: "Created",
      ...properties(change),
    },
  };
}

/** An order as GET and the listing show it. */
export function order(change: Readonly<Record<string, unknown>> = {}, rest: Readonly<Record<string, unknown>> = {}) {
  const { billingPlan, term, displayName } = properties();
  return {
    id: `/providers/microsoft.billingbenefits/savingsPlanOrders/${orderId}`,
    name: orderId,
    sku,
    properties: { billingPlan, term, displayName, provisioningState: "Succeeded", ...change },
    ...rest,
  };
}

/** The savings plan of an order. */
export function plan(change: Readonly<Record<string, unknown>> = {}) {
  return { sku, properties: { ...properties(), provisioningState: "Succeeded", ...change } };
}

export const noAlias: Reply = {
  status: 404,
  body: { error: { code: "SavingsPlanOrderAliasNotFound", message: "Alias was not found." } },
};

export const noOrder: Reply = {
  status: 404,
  body: { error: { code: "SavingsPlanOrderNotFound", message: "Order was not found." } },
};

/** A submission as the ledger would give it back. */
export function submit(change: Partial<Submission> = {}): Submission {
  const request: JsonObject = { sku, properties: { ...properties(), renew: false } };
  return {
    ...marker,
    price: { amount: "32.3244", currency: "USD" },
    handle: { aliasName },
    request,
    recommendation: recommend(),
    scope,
    attempt: 1,
    requestHash: hashJson(request),
    submittedAt: startTime,
    ...change,
  };
}

/** Which of the requests it is. */
export function kindOf({ method, path }: Pick<Arrived, "method" | "path">) {
  const { pathname } = new URL(path, "http://127.0.0.1");
  if (pathname.endsWith("/validate")) return "validate";
  if (pathname.includes("/savingsPlanOrderAliases/")) return method === "PUT" ? "purchase" : "alias";
  if (pathname.endsWith("/savingsPlans")) return "plans";
  return pathname.endsWith("/savingsPlanOrders") ? "list" : "order";
}

/** Answers by kind; what is not named is an error 500. */
export function answering(
  replies: Partial<Record<ReturnType<typeof kindOf>, Reply | ((nth: number) => Reply)>>,
): (request: Arrived) => Reply {
  const counts = new Map<string, number>();
  return (request) => {
    const kind = kindOf(request);
    const nth = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, nth);
    const reply = replies[kind] ?? { status: 500, body: { error: { code: "NotExpected", message: kind } } };
    return typeof reply === "function" ? reply(nth) : reply;
  };
}
