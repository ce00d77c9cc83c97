import type { PurchaseHostReservationResult } from "@aws-sdk/client-ec2";
import { messageOf } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { differingFields } from "../aws-facts.ts";
import { isText } from "../aws-lists.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { beganBefore } from "../purchase-times.ts";
import { saidBy } from "../sdk-error.ts";
import { boughtAs, sendPurchase, type Sent } from "../send-purchase.ts";
import type { ConnectHosts, HostApi } from "./host-api.ts";
import { coveredCode, judgeCovered } from "./host-covered.ts";
import { type HostPurchase, listedPurchase, marksOf, purchasesOf } from "./host-commitment.ts";
import { type HostPurchaseRequest, parseHostPurchase } from "./host-purchase-request.ts";
import { askedHosts, ec2HostSchema, hostFacts, hostsText } from "./host-recommendation.ts";

/**
 * What EC2 refuses a purchase with because of an earlier one: of these hosts, or under this client token. It may be our own.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const earlierCodes = [coveredCode, "IdempotentParameterMismatch"];

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds, and reads what it bought: under a client token that EC2
 * remembers, the answer names the reservations of an earlier request. Where a host is said to be covered, a look says by whose.
 */
export async function sendHostPurchase(
  connect: ConnectHosts,
  submission: Submission,
  { timeout, tagNames }: { readonly timeout: number; readonly tagNames: TagNames },
): Promise<PurchaseAnswer> {
  const signal = AbortSignal.timeout(timeout);
  const answer = await sendPurchase(submission, {
    title: "EC2",
    permission: "ec2:PurchaseHostReservation",
    quotaCodes: ["HostReservationLimitExceeded"],
    timeout,
    parse: parseHostPurchase,
    connect,

    judgeEarlier(problem) {
      return earlierCodes.includes(problem.code ?? "")
        ? unknownOutcome(`EC2 says that there is an earlier purchase (${saidBy(problem)})`)
        : undefined;
    },

    judgeAnswer: (sold, sent) => judgeAnswer(sold, sent, submission, tagNames),
  });
  if (answer.kind !== "unknown" || answer.providerCode !== coveredCode) return answer;
  try {
    const all = await (await connect(submission.scope, signal)).all(signal);
    return judgeCovered(answer, all, submission, tagNames.token);
  } catch {
    return answer;
  }
}

/** What EC2 says that it sold, and what it shows of it. */
async function judgeAnswer(
  { Purchase: parts = [] }: PurchaseHostReservationResult,
  { api, signal, request }: Sent<HostPurchaseRequest, HostApi>,
  submission: Submission,
  tagNames: TagNames,
): Promise<PurchaseAnswer> {
  const ids = [...new Set(parts.flatMap(({ HostReservationId: id }) => (isText(id) ? [id] : [])))].toSorted();
  const [id, ...furtherIds] = ids;
  const unknown = (what: string, cause?: unknown) =>
    unknownOutcome(`EC2 answered the purchase ${what}`, { evidence: ids, cause });
  if (id === undefined || parts.some((part) => !isText(part.HostReservationId))) return unknown("without an id");
  const { hostIds, ...terms } = askedHosts(ec2HostSchema.parse(submission.recommendation));
  const differing = parts.flatMap((part) => differingFields(terms, hostFacts(part)));
  if (hostsText(parts.flatMap(({ HostIdSet }) => HostIdSet ?? request.HostIdSet)) !== hostIds)
    differing.push("hostIds");
  if (differing.length > 0) {
    return unknown(`with ${ids.join(", ")}, which differs from what was asked for in ${differing.join(", ")}`);
  }
  let shown: HostPurchase | undefined;
  try {
    shown = await readPurchase(ids, api, signal, tagNames);
  } catch (cause) {
    return unknown(`with ${ids.join(", ")}, which could not be read (${messageOf(cause)})`, cause);
  }
  if (!shown) {
    // What is not shown yet was bought just now. The tags go with the purchase.
    const answer = boughtAs(id, submission, true);
    if (answer.kind !== "bought" || furtherIds.length === 0) return answer;
    return { ...answer, commitment: { ...answer.commitment, furtherIds } };
  }
  if (!carriesToken(marksOf(shown, tagNames.token), submission.token)) {
    return unknown(`with ${ids.join(", ")}, which does not carry its token`);
  }
  const found = listedPurchase(shown, tagNames.token);
  const commitment = repriced(found.commitment, submission);
  if (!beganBefore(shown[0].Start, submission)) return { kind: "bought", commitment };
  const reason = `EC2 answered the purchase with ${id}, which was bought before under the same client token: nothing was bought by this send.`;
  return { kind: "exists", found: { ...found, commitment }, reason };
}

/** The purchase that has exactly these ids; undefined while one of them is not shown. */
async function readPurchase(
  ids: readonly string[],
  api: HostApi,
  signal: AbortSignal,
  tagNames: TagNames,
): Promise<HostPurchase | undefined> {
  const all = await api.all(signal);
  const shown = all.filter(({ HostReservationId }) => ids.includes(HostReservationId));
  if (shown.length < ids.length) return undefined;
  const [purchase, ...others] = purchasesOf(shown, tagNames.token);
  if (others.length > 0) throw new RangeError("they carry different tags");
  return purchase;
}
