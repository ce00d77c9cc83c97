import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { cliFor, declarePurchases, installed, shops } from "./aws-cli-shops.ts";

declarePurchases(shops);

describe.skipIf(!installed)("who the AWS CLI is there", () => {
  test("the account", async () => {
    await using sandbox = await startCloudSandbox();
    expect(await cliFor(sandbox)("sts get-caller-identity", "Account")).toBe("123456789012");
  });

  test("a role with an external id: its session is of the account, and buys there; with another id it is refused", async () => {
    const account = "210987654321";
    const roles = { buyonce: { externalId: "shared" } };
    await using sandbox = await startCloudSandbox({ aws: { accounts: { [account]: { roles } } } });
    const assume = `sts assume-role --role-arn arn:aws:iam::${account}:role/buyonce --role-session-name buyonce
      --duration-seconds 900 --external-id`;
    await expect(cliFor(sandbox)(`${assume} another`)).rejects.toThrow(
      `(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::123456789012:user/sandbox is not authorized`,
    );
    const answer = await cliFor(sandbox)(`${assume} shared`, "Credentials");
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer as Record<string, string>;
    const keys = { AWS_ACCESS_KEY_ID: AccessKeyId ?? "", AWS_SECRET_ACCESS_KEY: SecretAccessKey ?? "" };
    const aws = cliFor(sandbox, { ...keys, AWS_SESSION_TOKEN: SessionToken ?? "" });
    expect(await aws("sts get-caller-identity", "[Account, Arn]")).toEqual([
      account,
      `arn:aws:sts::${account}:assumed-role/buyonce/buyonce`,
    ]);
    const [shop] = shops;
    const ids = await aws(`ec2 ${shop?.offerings}`, shop?.ids);
    await aws(`ec2 ${shop?.purchase.replace("ID", (ids as [string])[0])}`);
    expect(sandbox.reservedInstances()).toMatchObject([{ accountId: account, count: 2 }]);
    expect(await cliFor(sandbox)("ec2 describe-reserved-instances", "ReservedInstances")).toEqual([]);
    await expect(cliFor(sandbox, keys)("sts get-caller-identity")).rejects.toThrow("InvalidClientTokenId");
    expect(sandbox.requests[1]).toMatchObject({ body: expect.stringContaining("RoleSessionName=buyonce") });
  });
});
