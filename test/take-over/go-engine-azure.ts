import { type GoPlace, type GoStep, goTags } from "./go-engine-place.ts";

const resourceTypes: Readonly<Record<string, string>> = {
  compute: "VirtualMachines",
  cache: "RedisCache",
  cosmosdb: "CosmosDb",
  database: "SqlDatabases",
  "managed-redis": "RedisCache",
  search: "SearchService",
  synapse: "SqlDataWarehouse",
};

/** An order of a list, as far as it is read here. */
interface Order {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Azure: reservations in two steps, found again by their tag; savings plans under an alias, which it does not look at before. */
export function goAzure(place: GoPlace): GoStep {
  return place.wanted.service === "savings-plans" ? savingsPlan(place) : reservation(place);
}

function reservation({ url, source, token, wanted }: GoPlace): GoStep {
  const base = `${url}/providers/Microsoft.Capacity`;
  const credential = credentialOf(wanted);
  const body = {
    sku: { name: wanted.sku },
    location: wanted.region,
    tags: { [goTags.source]: source, ...(token === "" ? {} : { [goTags.token]: token }) },
    properties: {
      reservedResourceType: resourceTypes[wanted.service],
      billingScopeId: `/subscriptions/${wanted.subscriptionId}`,
      term: wanted.term,
      billingPlan: wanted.billingPlan,
      quantity: wanted.quantity,
      displayName: `cudly-${wanted.service}`,
      ...appliedTo(wanted),
      renew: false,
    },
  };
  return {
    find: async () => {
      let next: string | undefined = `${base}/reservationOrders?api-version=2022-11-01`;
      while (next) {
        const page: { value: readonly Order[]; nextLink?: string } = await call("GET", next, undefined, credential);
        const found = page.value.find(({ tags }) => token !== "" && tags?.[goTags.token] === token);
        if (found) return found.name;
        next = page.nextLink;
      }
      return undefined;
    },
    buy: async () => {
      const quoted = await call<{ properties: { reservationOrderId: string } }>(
        "POST",
        `${base}/calculatePrice?api-version=2022-11-01`,
        body,
        credential,
      );
      const { reservationOrderId } = quoted.properties;
      await call("PUT", `${base}/reservationOrders/${reservationOrderId}?api-version=2022-11-01`, body, credential);
      return reservationOrderId;
    },
  };
}

function appliedTo({ appliedScope, tenantId }: GoPlace["wanted"]): object {
  const { type, subscriptionId, resourceGroup, managementGroupId } = appliedScope;
  if (type === "Shared") return { appliedScopeType: type };
  if (type === "ManagementGroup") {
    return { appliedScopeType: type, appliedScopeProperties: { managementGroupId, tenantId } };
  }
  const group = resourceGroup === undefined ? "" : `/resourceGroups/${resourceGroup}`;
  return { appliedScopeType: type, appliedScopes: [`/subscriptions/${subscriptionId}${group}`] };
}

function savingsPlan({ url, guid, wanted }: GoPlace): GoStep {
  const body = {
    sku: { name: "Compute_Savings_Plan" },
    properties: {
      displayName: "cudly-savings-plan",
      billingScopeId: `/subscriptions/${wanted.subscriptionId}`,
      term: wanted.term,
      ...(wanted.billingPlan === "Monthly" ? { billingPlan: "P1M" } : {}),
      ...appliedTo(wanted),
      commitment: {
        grain: "Hourly",
        currencyCode: wanted.commitment.currency,
        amount: Number(wanted.commitment.amount),
      },
    },
  };
  return {
    find: async () => undefined,
    buy: async () => {
      const path = `/providers/Microsoft.BillingBenefits/savingsPlanOrderAliases/${guid}?api-version=2022-11-01`;
      const bought = await call<{ properties: { savingsPlanOrderId: string } }>(
        "PUT",
        `${url}${path}`,
        body,
        credentialOf(wanted),
      );
      return bought.properties.savingsPlanOrderId.split("/").at(-1) ?? "";
    },
  };
}

/** What the sandbox takes for a credential of the tenant. */
function credentialOf({ tenantId }: GoPlace["wanted"]): string {
  return `buyonce-loopback/${tenantId}`;
}

/** One request with a dummy token. Throws for anything but a success. */
export async function call<Answer>(
  method: string,
  address: string,
  body?: object,
  credential = "go-engine",
): Promise<Answer> {
  const headers = { authorization: `Bearer ${credential}`, "content-type": "application/json" };
  const answer = await fetch(address, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${text}`);
  return JSON.parse(text) as Answer;
}
