import type { Scope, Submission } from "../../src/contract/executor.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import { pricedAs } from "../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { awsCommitment, firstState } from "./aws-commitment.ts";
import { isText } from "./aws-lists.ts";
import { judgePurchaseError, type PurchaseContext } from "./judge-purchase-error.ts";
import { readSdkError, type SdkError } from "./sdk-error.ts";
import type { SendReport } from "./sdk-middleware.ts";

/** The call that buys, for one account. */
interface BuyingApi<Request, Sold> {
  /** Sends the purchase once. Throws whatever the SDK throws; `report` says whether it was handed to the network. */
  purchase(request: Request, signal: AbortSignal, report: SendReport): Promise<Sold>;
}

/** What is sent, and the calls that send it. */
export interface Sent<Request, Api> {
  readonly request: Request;
  readonly api: Api;
  /** Ends when the time for the purchase is over. */
  readonly signal: AbortSignal;
}

/** What sets the purchases of one service apart. */
export interface ServicePurchase<Request, Sold, Api> extends Omit<PurchaseContext, "region"> {
  /** Milliseconds that the whole may take. */
  readonly timeout: number;
  /** The request as it was recorded. Throws for anything else: it is sent as recorded or not at all. */
  parse(request: JsonObject): Request;
  /** Checks the account and gives the calls for it. */
  connect(scope: Scope, signal: AbortSignal): Promise<Api & BuyingApi<Request, Sold>>;
  /** What an answer proves that is no error. */
  judgeAnswer(sold: Sold, sent: Sent<Request, Api>): PurchaseAnswer | Promise<PurchaseAnswer>;
  /** What an error says of an earlier send, in a sentence; undefined for one that is about this send. */
  judgeEarlier?(problem: SdkError, request: Request): { kind: "exists" | "unknown"; reason: string } | undefined;
}

/** Sends a recorded purchase once, whole within its time, and says what came of it. */
export async function sendPurchase<Request, Sold, Api>(
  { request: recorded, scope }: Submission,
  { timeout, parse, connect, judgeAnswer, judgeEarlier, ...context }: ServicePurchase<Request, Sold, Api>,
): Promise<PurchaseAnswer> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let sent: Sent<Request, Api> | undefined;
  let sold: Sold;
  try {
    const request = parse(recorded);
    const api = await connect(scope, signal);
    sent = { request, api, signal };
    sold = await api.purchase(request, signal, report);
  } catch (error) {
    const problem = readSdkError(error);
    const earlier = sent && report.handedOver ? judgeEarlier?.(problem, sent.request) : undefined;
    if (earlier) return { ...earlier, providerCode: problem.code, cause: error };
    const { region } = scope;
    return judgePurchaseError(error, report, { ...context, region: isText(region) ? region : undefined });
  }
  return judgeAnswer(sold, sent);
}

/** What an answer proves that names nothing but the id of what was bought just now. */
export function boughtAs(id: string, submission: Submission, marked: boolean): PurchaseAnswer {
  return { kind: "bought", commitment: awsCommitment(id, firstState, { marked, ...pricedAs(submission) }) };
}
