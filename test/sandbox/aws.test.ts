import {
  CreateTagsCommand,
  DescribeReservedInstancesCommand,
  type DescribeReservedInstancesCommandInput,
  DescribeReservedInstancesOfferingsCommand,
  type DescribeReservedInstancesOfferingsCommandInput,
  EC2Client,
  PurchaseReservedInstancesOfferingCommand,
  paginateDescribeReservedInstancesOfferings,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import type { CloudSandbox, CloudSandboxOptions } from "../../providers/sandbox/index.ts";
import { recordedAws, sandboxFor } from "./support.ts";

const settings = (sandbox: CloudSandbox, region = "us-east-1") => ({
  region,
  endpoint: sandbox.url,
  credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
  maxAttempts: 1,
});

/** What a careful buyer asks for; exactly one offering is left. */
const wanted: DescribeReservedInstancesOfferingsCommandInput = {
  InstanceType: "m5.large",
  ProductDescription: "Linux/UNIX",
  OfferingClass: "convertible",
  OfferingType: "No Upfront",
  InstanceTenancy: "default",
  MinDuration: 31_536_000,
  MaxDuration: 31_536_000,
  IncludeMarketplace: false,
  Filters: [{ Name: "scope", Values: ["Region"] }],
};

function ec2For(sandbox: CloudSandbox, region?: string) {
  const client = new EC2Client(settings(sandbox, region));
  const offerings = async (input: DescribeReservedInstancesOfferingsCommandInput) =>
    (await client.send(new DescribeReservedInstancesOfferingsCommand(input))).ReservedInstancesOfferings ?? [];
  const purchase = async (input: { ReservedInstancesOfferingId: string; InstanceCount: number; limit?: number }) => {
    const { limit, ...rest } = input;
    const LimitPrice = limit === undefined ? {} : { LimitPrice: { Amount: limit, CurrencyCode: "USD" as const } };
    return (
      (await client.send(new PurchaseReservedInstancesOfferingCommand({ ...rest, ...LimitPrice })))
        .ReservedInstancesId ?? ""
    );
  };
  return {
    client,
    offerings,
    purchase,
    buy: async (InstanceCount = 1) => {
      const [offering] = await offerings(wanted);
      return purchase({ ReservedInstancesOfferingId: offering?.ReservedInstancesOfferingId ?? "", InstanceCount });
    },
    describe: async (input: DescribeReservedInstancesCommandInput = {}) =>
      (await client.send(new DescribeReservedInstancesCommand(input))).ReservedInstances ?? [],
    tag: (id: string, Key = "k", Value = "v") =>
      client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] })),
  };
}

async function start(options?: CloudSandboxOptions["aws"]) {
  const sandbox = await sandboxFor({ aws: options });
  return { sandbox, ec2: ec2For(sandbox) };
}

const elementsOf = (xml: string) =>
  [...new Set([...xml.matchAll(/<([A-Za-z]+)/g)].map(([, name = ""]) => name))].sort((left, right) =>
    left.localeCompare(right),
  );

describe("STS", () => {
  test("names the account", async () => {
    const identityOf = async (sandbox: CloudSandbox) =>
      (await new STSClient(settings(sandbox)).send(new GetCallerIdentityCommand({}))).Account;
    expect(await identityOf(await sandboxFor())).toBe("123456789012");
    expect(await identityOf(await sandboxFor({ aws: { accountId: "210987654321" } }))).toBe("210987654321");
  });
});

describe("offerings", () => {
  test("every attribute narrows them down to one", async () => {
    const { ec2 } = await start();
    expect(await ec2.offerings(wanted)).toMatchObject([
      {
        InstanceType: "m5.large",
        ProductDescription: "Linux/UNIX",
        OfferingClass: "convertible",
        OfferingType: "No Upfront",
        InstanceTenancy: "default",
        Scope: "Region",
        Duration: 31_536_000,
        FixedPrice: 0,
        UsagePrice: 0,
        CurrencyCode: "USD",
        Marketplace: false,
        RecurringCharges: [{ Frequency: "Hourly", Amount: 0.06624 }],
      },
    ]);
  });

  test.each([
    ["InstanceType", 3],
    ["ProductDescription", 2],
    ["OfferingClass", 2],
    ["OfferingType", 3],
    ["MinDuration", 1],
    ["MaxDuration", 2],
    ["Filters", 2],
    ["InstanceTenancy", 1],
  ] as const)("without %s there are %i", async (left, count) => {
    const { ec2 } = await start();
    const { [left]: _, ...input } = wanted;
    expect(await ec2.offerings(input)).toHaveLength(count);
  });

  test.each([
    [{ InstanceTenancy: "dedicated" }, 0],
    [{ OfferingClass: "standard" }, 1],
    [{ OfferingClass: "standard", IncludeMarketplace: true }, 2],
    [{ OfferingClass: "standard", IncludeMarketplace: true, Filters: [{ Name: "marketplace", Values: ["true"] }] }, 1],
    [{ Filters: [{ Name: "scope", Values: ["Availability Zone"] }] }, 1],
    [{ ProductDescription: undefined, Filters: [{ Name: "product-description", Values: ["Windows"] }] }, 2],
    [{ Filters: [{ Name: "duration", Values: ["94608000"] }] }, 0],
    [{ AvailabilityZone: "us-east-1a", Filters: [] }, 1],
    [{ Filters: [{ Name: "scope", Values: ["Region", "Availability Zone"] }] }, 2],
  ] as const)("with %j there are %i", async (changes, count) => {
    const { ec2 } = await start();
    expect(await ec2.offerings({ ...wanted, ...(changes as Partial<typeof wanted>) })).toHaveLength(count);
  });

  test("come in pages, all of them once, the same ones every time and others in another region", async () => {
    const { sandbox, ec2 } = await start();
    const idsOf = async (client: EC2Client) => {
      const ids: string[] = [];
      const pages = paginateDescribeReservedInstancesOfferings({ client, pageSize: 60 }, {});
      for await (const { ReservedInstancesOfferings = [] } of pages) {
        ids.push(
          ...ReservedInstancesOfferings.map(({ ReservedInstancesOfferingId = "" }) => ReservedInstancesOfferingId),
        );
      }
      return ids;
    };
    const ids = await idsOf(ec2.client);
    expect([ids.length, new Set(ids).size, sandbox.requests.length]).toEqual([145, 145, 3]);
    expect(await idsOf(ec2For(await sandboxFor()).client)).toEqual(ids);
    const elsewhere = await idsOf(ec2For(sandbox, "eu-west-1").client);
    expect(elsewhere.filter((id) => ids.includes(id))).toEqual([]);
  });

  test("half and all of the price can be paid at once", async () => {
    const { ec2 } = await start();
    const pricesOf = async (OfferingType: "Partial Upfront" | "All Upfront") => {
      const [offering] = await ec2.offerings({ ...wanted, OfferingType });
      return [offering?.FixedPrice, offering?.RecurringCharges?.[0]?.Amount];
    };
    expect(await pricesOf("Partial Upfront")).toEqual([290.1, 0.03312]);
    expect(await pricesOf("All Upfront")).toEqual([580.3, 0]);
  });

  test("an unknown filter and a foreign next token are refused", async () => {
    const { ec2 } = await start();
    await expect(ec2.offerings({ Filters: [{ Name: "colour", Values: ["red"] }] })).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
    await expect(ec2.offerings({ NextToken: "foreign" })).rejects.toMatchObject({ name: "InvalidNextToken" });
  });
});

describe("purchases", () => {
  test("every call buys again", async () => {
    const { sandbox, ec2 } = await start();
    const ids = [await ec2.buy(2), await ec2.buy(2)];
    expect(new Set(ids).size).toBe(2);
    expect(sandbox.purchases()).toBe(2);
    expect(sandbox.reservedInstances().map(({ id, count, region }) => [id, count, region])).toEqual(
      ids.map((id) => [id, 2, "us-east-1"]),
    );
  });

  test.each([
    [{ InstanceCount: 0 }, "InvalidParameterValue"],
    [{ ReservedInstancesOfferingId: "none" }, "InvalidReservedInstancesOfferingId"],
    [{ limit: 1160.5 }, "LimitPriceExceeded"],
  ])("%j is refused with %s and buys nothing", async (changes, name) => {
    const { sandbox, ec2 } = await start();
    const [offering] = await ec2.offerings({ ...wanted, OfferingType: "All Upfront" });
    const id = offering?.ReservedInstancesOfferingId ?? "";
    await expect(ec2.purchase({ ReservedInstancesOfferingId: id, InstanceCount: 2, ...changes })).rejects.toMatchObject(
      {
        name,
        $metadata: { httpStatusCode: 400 },
      },
    );
    expect(sandbox.purchases()).toBe(0);
    await ec2.purchase({ ReservedInstancesOfferingId: id, InstanceCount: 2, limit: 1160.6 });
    expect(sandbox.purchases()).toBe(1);
  });

  test("a dry run answers 412 and buys nothing", async () => {
    const { sandbox, ec2 } = await start();
    const [offering] = await ec2.offerings(wanted);
    const command = new PurchaseReservedInstancesOfferingCommand({
      ReservedInstancesOfferingId: offering?.ReservedInstancesOfferingId,
      InstanceCount: 1,
      DryRun: true,
    });
    await expect(ec2.client.send(command)).rejects.toMatchObject({
      name: "DryRunOperation",
      $metadata: { httpStatusCode: 412 },
    });
    expect(sandbox.purchases()).toBe(0);
  });

  test.each([
    [5, [3, 2]],
    [1, [1]],
  ])("%i across a discount tier become %j, and none has the returned id", async (count, counts) => {
    const { ec2 } = await start({ tierCrossing: true });
    const returned = await ec2.buy(count);
    const bought = await ec2.describe();
    expect(bought.map(({ InstanceCount }) => InstanceCount)).toEqual(counts);
    expect(bought.map(({ ReservedInstancesId }) => ReservedInstancesId)).not.toContain(returned);
    await expect(ec2.tag(returned)).rejects.toMatchObject({ name: "InvalidReservedInstancesId.NotFound" });
  });
});

describe("DescribeReservedInstances", () => {
  test("shows what was bought, tags included, in the recorded elements", async () => {
    const { sandbox, ec2 } = await start();
    const [offering] = await ec2.offerings({ ...wanted, Filters: [{ Name: "scope", Values: ["Availability Zone"] }] });
    const id = await ec2.purchase({
      ReservedInstancesOfferingId: offering?.ReservedInstancesOfferingId ?? "",
      InstanceCount: 2,
    });
    await ec2.tag(id, "purchase-token", 'a&b<c>"d"');
    const raw = await fetch(sandbox.url, {
      method: "POST",
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=dummy/20260101/us-east-1/ec2/aws4_request" },
      body: "Action=DescribeReservedInstances&Version=2016-11-15",
    });
    const text = await raw.text();
    expect(text).toContain("<value>a&amp;b&lt;c&gt;&quot;d&quot;</value>");
    expect(elementsOf(text)).toEqual(elementsOf(recordedAws("ec2-DescribeReservedInstances.tagged")));
    const [reserved] = await ec2.describe();
    expect(reserved).toMatchObject({
      ReservedInstancesId: id,
      InstanceCount: 2,
      AvailabilityZone: "us-east-1a",
      Scope: "Availability Zone",
      Tags: [{ Key: "purchase-token", Value: 'a&b<c>"d"' }],
    });
    expect((reserved?.End?.getTime() ?? 0) - (reserved?.Start?.getTime() ?? 0)).toBe(31_536_000_000);
  });

  test("filters by id, tag, class and state, in its own region", async () => {
    const { sandbox, ec2 } = await start({ readsUntilActive: 0 });
    const [first, second] = [await ec2.buy(), await ec2.buy()];
    await ec2.tag(first, "token", "zero");
    await ec2.tag(first, "source", "web");
    await ec2.tag(first, "token", "one");
    expect(sandbox.reservedInstances()[0]?.tags).toEqual({ token: "one", source: "web" });
    sandbox.setReservedInstanceState(second, "queued");
    const idsOf = async (input: DescribeReservedInstancesCommandInput) =>
      (await ec2.describe(input)).map(({ ReservedInstancesId }) => ReservedInstancesId);
    const filtered = (Name: string, ...Values: string[]) => idsOf({ Filters: [{ Name, Values }] });
    expect(await idsOf({ ReservedInstancesIds: [second] })).toEqual([second]);
    expect(await filtered("tag:token", "zero", "one")).toEqual([first]);
    expect(await filtered("tag:token", "two")).toEqual([]);
    expect(await filtered("tag:other", "one")).toEqual([]);
    expect(await filtered("tag-key", "token")).toEqual([first]);
    expect(await idsOf({ OfferingClass: "standard" })).toEqual([]);
    expect(await filtered("state", "active")).toEqual([first]);
    // The documented filter does not know queued ones.
    expect(await filtered("state", "queued")).toEqual([]);
    expect(await idsOf({})).toEqual([first, second]);
    expect(await ec2For(sandbox, "eu-west-1").describe()).toEqual([]);
    await expect(ec2For(sandbox, "eu-west-1").tag(first)).rejects.toMatchObject({
      name: "InvalidReservedInstancesId.NotFound",
    });
    await expect(filtered("tagged", "x")).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });

  test("an unknown id is refused with the recorded error", async () => {
    const { ec2 } = await start();
    await expect(ec2.describe({ ReservedInstancesIds: ["none"] })).rejects.toMatchObject({
      name: "InvalidReservedInstancesId",
      message: "The specified Reserved Instance does not exist",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("moves on from payment-pending after so many reads", async () => {
    const { ec2 } = await start({ readsUntilActive: 2 });
    await ec2.buy();
    const states = [];
    for (let read = 1; read <= 3; read += 1) {
      states.push((await ec2.describe())[0]?.State);
    }
    expect(states).toEqual(["payment-pending", "payment-pending", "active"]);
  });

  test("and CreateTags do not see a new one for so many reads", async () => {
    const { sandbox, ec2 } = await start({ visibilityLag: { reads: 3 } });
    const id = await ec2.buy();
    expect(await ec2.describe()).toEqual([]);
    await expect(ec2.tag(id)).rejects.toMatchObject({ name: "InvalidReservedInstancesId.NotFound" });
    await expect(ec2.describe({ ReservedInstancesIds: [id] })).rejects.toMatchObject({
      name: "InvalidReservedInstancesId",
    });
    await ec2.tag(id);
    expect(await ec2.describe()).toHaveLength(1);
    expect(sandbox.reservedInstances()[0]?.tags).toEqual({ k: "v" });
  });

  test("does not see a new one for so many milliseconds", async () => {
    let time = 1_700_000_000_000;
    const sandbox = await sandboxFor({ clock: { now: () => time }, aws: { visibilityLag: { milliseconds: 5000 } } });
    const ec2 = ec2For(sandbox);
    await ec2.buy();
    time += 4999;
    expect(await ec2.describe()).toEqual([]);
    time += 1;
    expect(await ec2.describe()).toHaveLength(1);
  });
});

describe("listing faults", () => {
  test("a stale listing lacks what was bought since; a read by id does not", async () => {
    const { sandbox, ec2 } = await start();
    const before = await ec2.buy();
    sandbox.addFault({ match: {}, times: 2, fault: { kind: "listing", listing: "stale" } });
    const after = await ec2.buy();
    expect(await ec2.describe({ ReservedInstancesIds: [after] })).toHaveLength(1);
    const listed = async () => (await ec2.describe()).map(({ ReservedInstancesId }) => ReservedInstancesId);
    expect([await listed(), await listed(), await listed()]).toEqual([[before], [before], [before, after]]);
  });

  test("an empty listing is what an identity without rights gets", async () => {
    const { sandbox, ec2 } = await start();
    await ec2.buy();
    sandbox.addFault({ match: {}, fault: { kind: "listing", listing: "empty" } });
    expect([await ec2.describe(), (await ec2.describe()).length]).toEqual([[], 1]);
  });

  test("offerings can be endless empty pages", async () => {
    const { sandbox, ec2 } = await start();
    sandbox.addFault({ match: {}, times: 3, fault: { kind: "listing", listing: "repeated-next-link" } });
    const page = await ec2.client.send(new DescribeReservedInstancesOfferingsCommand(wanted));
    expect([page.ReservedInstancesOfferings, page.NextToken]).toEqual([[], "0"]);
  });
});

test("wrong versions, unknown actions and unsigned requests are refused in the service's shape", async () => {
  const { sandbox } = await start();
  const answerOf = async (body: string, scope?: string) => {
    const headers =
      scope === undefined
        ? {}
        : { authorization: `AWS4-HMAC-SHA256 Credential=dummy/20260101/us-east-1/${scope}/aws4_request` };
    const answer = await fetch(sandbox.url, { method: "POST", headers, body });
    return [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]];
  };
  expect(await answerOf("Action=RunInstances&Version=2016-11-15", "ec2")).toEqual([400, "InvalidAction"]);
  expect(await answerOf("Action=toString&Version=2016-11-15", "ec2")).toEqual([400, "InvalidAction"]);
  expect(await answerOf("Action=GetCallerIdentity&Version=2016-11-15", "sts")).toEqual([400, "NoSuchVersion"]);
  expect(await answerOf("Action=DescribeReservedInstances&Version=2016-11-15")).toEqual([401, "AuthFailure"]);
});
