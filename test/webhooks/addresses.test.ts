import type { LookupFunction } from "node:net";
import { describe, expect, test } from "vitest";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { allowedAddresses } from "../../src/webhooks/allowed-address.ts";
import { startWebhooks } from "../../src/webhooks/index.ts";
import { webhookTarget } from "../../src/webhooks/webhook-target.ts";
import { decideSome, endpointAt, secret, startReceiver, until } from "./receiver.ts";

const notPublic = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "100.127.255.255",
  "100.100.100.200",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.0.1",
  "169.254.169.254",
  "169.254.170.2",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.0.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:0:8.8.8.8",
  "64:ff9b::a00:1",
  "64:ff9b::808:808",
  "64:ff9b:1::1",
  "100::1",
  "2001::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "3fff::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%lo",
  "fec0::1",
  "ff02::1",
  "localhost",
  "",
];
const publicOnes = [
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.255.255",
  "172.32.0.1",
  "192.167.255.255",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001::1",
];

describe("addresses", () => {
  test.each(notPublic)("%j is not connected to", (address) => expect(allowedAddresses([])(address)).toBe(false));
  test.each(publicOnes)("%j is", (address) => expect(allowedAddresses([])(address)).toBe(true));

  test("those that the owner names are, and none beside them; one of IPv4 that is written as one of IPv6 is not", () => {
    const isAllowed = allowedAddresses(["10.1.0.0/16", "127.0.0.1", "fd12:3456::/32"]);
    const list = ["10.1.2.3", "10.2.0.1", "127.0.0.1", "127.0.0.2", "fd12:3456::9", "fd12:3457::9", "::ffff:10.1.2.3"];
    expect(list.filter(isAllowed)).toEqual(["10.1.2.3", "127.0.0.1", "fd12:3456::9"]);
  });

  test.each(["10.0.0.0/33", "fd00::/129", "10.0.0/8", "example.com", "10.0.0.0/", "::1%lo", "", "0x7f.1"])(
    "%j is no range",
    (range) => expect(() => allowedAddresses([range])).toThrow(/must be an address or a range/),
  );
});

describe("where messages go", () => {
  const target = (url: string, more: object = {}) => webhookTarget({ name: "finance", url, secrets: secret, ...more });

  test.each([
    ["https://10.0.0.1/hook", "10.0.0.1, which is no public address"],
    ["https://169.254.169.254/latest", "169.254.169.254, which is no public address"],
    ["https://0x7f000001/", "127.0.0.1, which is no public address"],
    ["https://2130706433/", "127.0.0.1, which is no public address"],
    ["https://0177.0.0.1/", "127.0.0.1, which is no public address"],
    ["https://127.1/", "127.0.0.1, which is no public address"],
    ["https://[::1]/", "::1, which is no public address"],
    ["https://[::ffff:7f00:1]/", "::ffff:7f00:1, which is no public address"],
    ["https://１２７.0.0.1/", "127.0.0.1, which is no public address"],
    ["http://finance.example/hook", "must be https"],
    ["http://127.0.0.1/hook", "must be https"],
    ["http://8.8.8.8/hook", "must be https"],
    ["ftp://finance.example/hook", "must be https"],
    ["file:///etc/passwd", "must be https"],
    ["https://ann:password@finance.example/", "must not hold a user or a password"],
    ["https://ann@finance.example/", "must not hold a user or a password"],
    ["https://finance.example/#part", "must not hold a #"],
    ["finance.example", "must be a URL"],
    ["", "must be a URL"],
    ["https://", "must be a URL"],
  ])("%s is refused before anything is registered", (url, said) => {
    expect(() => target(url)).toThrow(said);
    expect(() => target(url)).toThrow(/^webhooks\.finance\.url .*Nothing was sent\.$/);
  });

  test("http is for this machine alone, where that is allowed", () => {
    const privateAddresses = ["127.0.0.1", "10.0.0.0/8"];
    expect(target("http://127.0.0.1:9000/", { privateAddresses }).url.href).toBe("http://127.0.0.1:9000/");
    expect(target("http://localhost:9000/hook", { privateAddresses }).url.href).toBe("http://localhost:9000/hook");
    for (const url of ["http://10.0.0.1/", "http://finance.internal/", "http://127.0.0.1.example/"]) {
      expect(() => target(url, { privateAddresses })).toThrow("must be https");
    }
    expect(target("https://10.0.0.1/", { privateAddresses }).url.href).toBe("https://10.0.0.1/");
  });

  test("path and query are not shown, but told from other ones", () => {
    const all = ["", "services/T0/B0/secret", "services/T0/B0/other", "hook?code=1", "hook?code=2"].map(
      (rest) => target(`https://finance.example/${rest}`).shown,
    );
    for (const one of all) expect(one).toMatch(/^https:\/\/finance\.example\/… \([0-9a-f]{8}\)$/);
    expect(new Set(all).size).toBe(all.length);
  });

  test.each([
    ["", "holds no secret:"],
    ["whsec_", "holds no secret of this form"],
    ["plain", "holds no secret of this form"],
    ["whsec_c2hvcnQ=", "holds no secret of this form"],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, "holds no secret of this form"],
    [`${secret} whsec_not!base64`, "holds no secret of this form as number 2"],
  ])("the secret %j is refused, and not shown", (secrets, said) => {
    const refused = () => webhookTarget({ name: "finance", url: "https://finance.example", secrets });
    expect(refused).toThrow(said);
    for (const word of secrets.split(" ").filter((part) => part.length > 6)) expect(refused).not.toThrow(word);
  });
});

describe("a name is looked up for every connection, and what it leads to is checked then", () => {
  /** A resolver that answers what it is told, one answer after the other, and counts. */
  function resolver(...answers: readonly (readonly string[])[]) {
    const asked: string[] = [];
    const lookup: LookupFunction = (host, options, callback) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(host);
      const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      if (options.all === true) callback(null, all);
      else callback(null, all[0]?.address ?? "", all[0]?.family);
    };
    return { lookup, asked };
  }

  async function deliver(url: string, lookup: LookupFunction, privateAddresses: readonly string[], executions = 1) {
    const ledger = createMemoryLedger();
    const endpoints = [{ name: "finance", url, secrets: secret, privateAddresses }];
    const delivery = await startWebhooks({ ledger, endpoints, lookup, pollInterval: 5 });
    await decideSome(ledger, executions);
    await until(async () => (await ledger.webhooks())[0]?.lastAnswer !== undefined);
    const again = async () => {
      await ledger.enableWebhook("finance");
      const before = (await ledger.webhooks())[0]?.waiting;
      await until(async () => {
        const [endpoint] = await ledger.webhooks();
        return (endpoint?.failures ?? 0) > 0 || endpoint?.waiting !== before;
      });
    };
    const ended = async () => {
      await delivery.drain();
      return (await ledger.webhooks())[0];
    };
    return { ledger, again, ended };
  }

  test.each(["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:127.0.0.1"])(
    "a public name that leads to %s is not connected to",
    async (address) => {
      await using receiver = await startReceiver();
      const { lookup, asked } = resolver([address]);
      const { port } = new URL(receiver.url);
      const { ended } = await deliver(`https://hook.example:${port}/hook`, lookup, []);
      expect(await ended()).toMatchObject({
        waiting: 2,
        lastAnswer: { text: `hook.example leads to ${address}, which may not be connected to` },
      });
      expect(asked[0]).toBe("hook.example");
      expect(receiver.received).toEqual([]);
    },
  );

  test("a name that leads elsewhere the next time (rebinding) is refused then", async () => {
    await using receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const { lookup } = resolver(["127.0.0.1"], ["127.0.0.2"]);
    const { ledger, ended } = await deliver(`http://localhost:${port}/hook`, lookup, ["127.0.0.1"]);
    await until(async () => (await ledger.webhooks())[0]?.failures === 1);
    expect(await ended()).toMatchObject({
      waiting: 1,
      lastAnswer: { text: "localhost leads to 127.0.0.2, which may not be connected to" },
    });
    expect(receiver.received).toHaveLength(1);
  });

  test("of several addresses only those are connected to that are allowed", async () => {
    await using receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const { lookup } = resolver(["10.0.0.7", "169.254.169.254", "127.0.0.1", "::1"]);
    const { ended } = await deliver(`http://localhost:${port}/hook`, lookup, ["127.0.0.1"]);
    await until(() => receiver.received.length > 0);
    expect((await ended())?.failures).toBe(0);
  });

  test("localhost over http is nobody else's machine, whatever is allowed", async () => {
    const { lookup } = resolver(["10.0.0.7"]);
    const { ended } = await deliver("http://localhost:9/hook", lookup, ["127.0.0.1", "10.0.0.0/8"]);
    expect((await ended())?.lastAnswer?.text).toBe("localhost leads to 10.0.0.7, which may not be connected to");
  });

  test("a name that leads nowhere is tried again", async () => {
    const lookup: LookupFunction = (host, _options, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" }), "");
    const { ended, again } = await deliver("https://hook.example/", lookup, []);
    await again();
    expect(await ended()).toMatchObject({ waiting: 2, lastAnswer: { text: expect.stringContaining("ENOTFOUND") } });
  });

  test("an address in the URL, which nobody looks up, is checked as well", async () => {
    await using receiver = await startReceiver();
    expect(() => webhookTarget({ ...endpointAt(receiver), privateAddresses: ["127.0.0.2"] })).toThrow("must be https");
  });
});
