import { expect, test } from "vitest";
import { byAccount, payerOf, payerText } from "../../src/contract/payer.ts";

const term = "P1Y";

test.each([
  [{ provider: "aws", service: "ec2", term, accountId: "123456789012" }, "aws 123456789012"],
  [{ provider: "azure", service: "compute", term, tenantId: "t", subscriptionId: "s-1" }, "azure s-1"],
  [{ provider: "gcp", service: "compute", term, projectId: "my-project" }, "gcp my-project"],
  [{ provider: "mine", service: "disk", term, account: "a" }, "mine a"],
  [{ provider: "mine", service: "disk", term }, "mine"],
])("who pays for %o", (recommendation, text) => {
  expect(payerText(payerOf(recommendation))).toBe(text);
});

test("what each account pays, in the order in which they come first; a subscription is one in any letter case", () => {
  const of = (provider: string | undefined, account: string) => ({ ...(provider ? { provider } : {}), account });
  const all = [of("azure", "ABC"), of("aws", "1"), of(undefined, ""), of("azure", "abc"), of("gcp", "1")];
  const accounts = byAccount(all, (one) => one).map(([account, own]) => [payerText(account), own.length]);
  expect(accounts).toEqual([
    ["azure ABC", 2],
    ["aws 1", 1],
    ["gcp 1", 1],
  ]);
});
