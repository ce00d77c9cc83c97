import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { azureServices } from "../../providers/azure/azure-services.ts";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import { executorOf, kindOf, marker, priceAnswer, recommend, signal } from "./support/azure-samples.ts";

const software = { publisherId: "contoso", offerId: "firewall", planId: "standard" };
const offer = { name: "sku_1", terms: ["P1Y"], locations: ["westus"], billingPlans: { P1Y: ["Upfront", "Monthly"] } };

const answering = (...items: Readonly<Record<string, unknown>>[]) =>
  startLoopback((request): Reply =>
    kindOf(request) === "catalog" ? { status: 200, body: { value: items } } : { status: 200, body: priceAnswer },
  );

function quote(server: Loopback, service: string, change: Readonly<Record<string, unknown>> = {}) {
  const executor = executorOf(service, { endpoint: server.origin });
  return executor.quote(executor.schema.parse(recommend(service, { sku: "sku_1", ...change })), marker, { signal });
}

function problems(service: string, change: Readonly<Record<string, unknown>> = {}): string[] {
  const parsed = executorOf(service, { endpoint: "http://127.0.0.1:1" }).schema.safeParse(recommend(service, change));
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
}

describe("what no recording shows is bought only as the catalogue offers it", () => {
  const further = azureServices.filter(({ catalogFirst }) => catalogFirst !== undefined).map(({ name }) => name);

  test("there are twenty of these kinds", () => expect(further).toHaveLength(20));

  test.each(further)("%s: a SKU that is not listed is refused, and no price is asked for", async (service) => {
    const isSoftware = ["suse", "red-hat"].includes(service);
    const change = { ...(isSoftware ? { region: "global" } : {}), ...(service === "vm-software" ? software : {}) };
    await using server = await answering({ ...offer, name: "another" });
    await expect(quote(server, service, change)).rejects.toMatchObject({ code: "not-offered" });
    expect(server.arrived.map(kindOf)).toEqual(["catalog"]);
  });

  test.each([
    ["a term", { term: "P3Y" }, /without the term P3Y/],
    ["a billing plan", { billingPlan: "Monthly" }, /without the plan Monthly/],
    ["a region", { region: "westeurope" }, /does not list sku_1 \(PostgreSql\) in westeurope/],
  ])("%s that it does not offer is refused", async (_name, change, words) => {
    await using server = await answering({ ...offer, billingPlans: { P1Y: ["Upfront"] } });
    await expect(quote(server, "postgresql", change)).rejects.toThrow(words);
    expect(server.arrived.map(kindOf)).not.toContain("price");
  });

  test("a month: only where the catalogue says so", async () => {
    await using silent = await answering({ ...offer, terms: undefined });
    await expect(quote(silent, "openai-ptu", { term: "P1M" })).rejects.toThrow(/without saying for which terms/);
    await using server = await answering({ ...offer, terms: ["P1M"] });
    expect((await quote(server, "openai-ptu", { term: "P1M" })).price.amount).toBe("24");
  });

  test("its further pages are followed at another path of the same host, and at no other host", async () => {
    let next = "";
    await using server = await startLoopback((request): Reply => {
      if (kindOf(request) === "price") return { status: 200, body: priceAnswer };
      const isFirst = kindOf(request) === "catalog";
      return { status: 200, body: isFirst ? { value: [], nextLink: next } : { value: [offer] } };
    });
    next = `${server.origin}/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01&$skiptoken=2`;
    expect((await quote(server, "files")).price.amount).toBe("24");
    next = next.replace("127.0.0.1", "127.0.0.2");
    await expect(quote(server, "files")).rejects.toMatchObject({ code: "quote-failed" });
  });
});

describe("software of a publisher", () => {
  test("the catalogue is asked with its ids, and not remembered for another's", async () => {
    await using server = await answering(offer);
    const executor = executorOf("vm-software", { endpoint: server.origin });
    for (const planId of ["standard", "premium"]) {
      const wanted = executor.schema.parse(recommend("vm-software", { sku: "sku_1", ...software, planId }));
      await executor.quote(wanted, marker, { signal });
    }
    const asked = server.arrived
      .filter((request) => kindOf(request) === "catalog")
      .map(({ path }) => new URL(path, server.origin).searchParams);
    expect(asked.map((query) => [query.get("publisherId"), query.get("offerId"), query.get("planId")])).toEqual([
      ["contoso", "firewall", "standard"],
      ["contoso", "firewall", "premium"],
    ]);
  });

  test("each id is required, and nobody else's field", () => {
    expect(problems("vm-software", { ...software, planId: undefined })).toEqual([
      "planId is required: it must be the id of its plan, without spaces",
    ]);
    expect(problems("files", software)).toHaveLength(1);
  });
});

describe("what a service does not sell is refused before anything is sent", () => {
  test.each(["suse", "red-hat"])("%s: in no region, and upfront only", (service) => {
    expect(problems(service, { region: "global" })).toEqual([]);
    expect(problems(service, { region: "westus", billingPlan: "Monthly" })).toEqual(
      expect.arrayContaining(['region must be "global"', 'billingPlan must be "Upfront"']),
    );
  });

  test("months: of provisioned throughput only", () => {
    expect(problems("openai-ptu", { term: "P1M" })).toEqual([]);
    expect(problems("openai-ptu", { term: "P3Y" })).toEqual(['term must be "P1M" or "P1Y"']);
    expect(problems("files", { term: "P1M" })).toEqual(['term must be "P1Y" or "P3Y" or "P5Y"']);
  });

  test("what is used up is said to be prepaid", () => {
    const said = (service: string) =>
      executorOf(service, { endpoint: "http://127.0.0.1:1" }).describe(recommend(service));
    expect(said("databricks")).toBe("1 × Standard_b1ls (databricks), westus, P1Y, Upfront, prepaid");
    expect(said("files")).toBe("1 × Standard_b1ls (files), westus, P1Y, Upfront");
  });

  test.each(["mariadb", "sql-edge", "vmware-cloudsimple", "sap-hana", "sql-hybrid-benefit"])(
    "%s is refused by name, with what to do",
    (service) => {
      const executor = createAzure({ endpoint: "http://127.0.0.1:1" }).services[service];
      const parsed = executor?.schema.safeParse(recommend(service));
      expect(parsed?.error?.issues[0]?.message).toMatch(/^cannot be bought here: .+\. .+\.$/);
    },
  );
});
