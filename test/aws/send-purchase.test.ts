import { describe, expect, test } from "vitest";
import { sendPurchase, type ServicePurchase } from "../../providers/aws/send-purchase.ts";
import type { SendReport } from "../../providers/aws/sdk-middleware.ts";
import { thrownBy } from "../thrown-by.ts";
import { submission } from "./ec2/ec2-answers.ts";

type Buy = (request: string, signal: AbortSignal, report: SendReport) => Promise<string>;

/** A purchase of an imagined service that says `Used` of what was sent before. */
const buying = (buy: Buy, changes: Partial<ServicePurchase<string, string, object>> = {}) =>
  sendPurchase<string, string, object>(submission, {
    title: "Imagined",
    permission: "imagined:Buy",
    quotaCodes: [],
    timeout: 1000,
    parse: ({ ReservedInstancesOfferingId: id }) => (typeof id === "string" ? id : ""),
    connect: async () => ({ purchase: buy }),
    judgeAnswer: (sold, { request }) => ({ kind: "unknown", reason: `${request} was answered with ${sold}` }),
    judgeEarlier: ({ code }, request) =>
      code === "Used" ? { kind: "exists", reason: `${request} is used` } : undefined,
    ...changes,
  });

const answered = (Code: string) => Object.assign(new Error("No."), { $metadata: { httpStatusCode: 400 }, Code });

/** The request leaves, and is answered with an error. */
const refusing =
  (Code: string): Buy =>
  async (_request, _signal, report) => {
    report.handedOver = true;
    throw answered(Code);
  };

describe("sending a purchase of any service", () => {
  test("the recorded request goes to the account of the record, and the service judges the answer", async () => {
    const seen: unknown[] = [];
    const buy: Buy = async (request) => `an answer to ${request}`;
    const connect = async (...parameters: readonly unknown[]) => {
      seen.push(...parameters);
      return { purchase: buy };
    };
    expect(await buying(buy, { connect })).toMatchObject({
      reason: "offering-1 was answered with an answer to offering-1",
    });
    expect(seen).toEqual([submission.scope, expect.any(AbortSignal)]);
  });

  test("a record that is none of the service's: nobody is asked, nothing left", async () => {
    const never = (): never => {
      throw new Error("It was asked.");
    };
    const parse = (): never => {
      throw new Error("Not such a purchase.");
    };
    expect(await buying(never, { parse, connect: never, judgeEarlier: never })).toMatchObject({
      kind: "rejected",
      left: false,
      reason: expect.stringContaining("did not reach Imagined (Error: Not such a purchase.)"),
    });
  });

  test("an error of an earlier send counts only once the request has left", async () => {
    expect(await buying(refusing("Used"))).toEqual({
      kind: "exists",
      reason: "offering-1 is used",
      providerCode: "Used",
      cause: expect.objectContaining({ Code: "Used" }),
    });
    const unsent: Buy = async () => Promise.reject(answered("Used"));
    expect(await buying(unsent)).toMatchObject({ kind: "rejected", left: false });
  });

  test("any other error is judged as that of every service, with the region of the record in its advice", async () => {
    expect(await buying(refusing("OptInRequired"))).toMatchObject({
      kind: "rejected",
      left: true,
      providerCode: "OptInRequired",
      reason: expect.stringContaining("subscribe it to Imagined in us-east-1"),
    });
  });

  test("what fails in reading an answer is never taken for a refusal of the purchase", async () => {
    const judgeAnswer = (): never => {
      throw answered("ValidationException");
    };
    const bought: Buy = async () => "bought";
    // The drive takes everything that is thrown for an unknown outcome.
    expect(await thrownBy(buying(bought, { judgeAnswer }))).toMatchObject({ Code: "ValidationException" });
  });
});
