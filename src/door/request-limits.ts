import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { checkNumber } from "../contract/check-number.ts";
import type { Environment } from "../contract/environment.ts";
import { type ByteBudget, busy, createByteBudget, leastBudget } from "./byte-budget.ts";
import type { DoorLimits } from "./door-parts.ts";
import { RequestError } from "./problem.ts";
import { createSeats, type Seats } from "./seats.ts";
import { createTokenBuckets } from "./token-buckets.ts";

/** Callers and addresses that are remembered, and credentials that were valid lately. */
const [names, credentials] = [10_000, 1000];

/** A full bucket holds what comes back in so many seconds, of requests; and in a minute, of failures. */
const burstSeconds = 10;

/** What is refused because there is too much of it. Kept in memory: each server counts for itself. */
export interface RequestLimits {
  /** Throws a RequestError where too many requests without a valid token came from an address, unless this one was valid lately. */
  checkAddress(address: string, credential: string): void;
  /** Counts a request without a valid token. */
  noteFailure(address: string, credential: string): void;
  /** Lets the credential pass {@link RequestLimits.checkAddress}. */
  noteValid(credential: string): void;
  /** Counts a request of a caller. Throws a RequestError where there were too many. */
  checkRate(caller: string): void;
  /** Takes a seat for a request, and returns what gives it back. Throws a RequestError where none is free. */
  enter(caller: string): () => void;
  /** Seats for requests that wait until something is decided. */
  readonly waiters: Seats;
  readonly bodies: ByteBudget;
}

/** The limits of a handler; `isAlone`: there is one caller. Throws a RefusedError `invalid-configuration` for a number that cannot be. */
export function createRequestLimits(
  { ratePerCaller = 200, failuresPerMinute = 60, requestsAtOnce = 512, waitersAtOnce = 256, ...given }: DoorLimits,
  { bodyLimit, isAlone }: { readonly bodyLimit: number; readonly isAlone: boolean },
  { now, sleep }: Pick<Environment, "now" | "sleep">,
): RequestLimits {
  const { bodyBytesAtOnce = Math.max(64_000_000, leastBudget(bodyLimit)) } = given;
  checkNumber("ratePerCaller", ratePerCaller, { minimum: 1, maximum: 1_000_000, unit: "requests a second" });
  checkNumber("failuresPerMinute", failuresPerMinute, { minimum: 1, maximum: 1_000_000 });
  checkNumber("requestsAtOnce", requestsAtOnce, { minimum: 2, maximum: 100_000 });
  checkNumber("waitersAtOnce", waitersAtOnce, { minimum: 0, maximum: 100_000 });
  const least = leastBudget(bodyLimit);
  checkNumber("bodyBytesAtOnce", bodyBytesAtOnce, { minimum: least, maximum: 1e12, unit: "bytes" });
  const rates = createTokenBuckets({ perSecond: ratePerCaller, burst: ratePerCaller * burstSeconds, names, now });
  const failures = createTokenBuckets({ perSecond: failuresPerMinute / 60, burst: failuresPerMinute, names, now });
  const seats = (most: number) => createSeats(most, isAlone ? most : Math.ceil(most / 2));
  const requests = seats(requestsAtOnce);
  const valid = new Set<string>();
  const hashOf = (credential: string) => createHash("sha256").update(credential).digest("base64");
  return {
    checkAddress: (address, credential) => {
      const wait = failures.wait(networkOf(address));
      if (wait === 0 || valid.has(hashOf(credential))) return;
      throw tooMany("Too many requests without a valid token came from this address.", wait);
    },
    noteFailure: (address, credential) => {
      valid.delete(hashOf(credential));
      failures.take(networkOf(address));
    },
    noteValid: (credential) => {
      const hash = hashOf(credential);
      valid.delete(hash);
      valid.add(hash);
      const [oldest] = valid;
      if (valid.size > credentials && oldest !== undefined) valid.delete(oldest);
    },
    checkRate: (caller) => {
      const wait = rates.wait(caller);
      if (wait > 0) throw tooMany("This caller sends requests faster than the server takes them.", wait);
      rates.take(caller);
    },
    enter: (caller) => {
      const leave = requests.take(caller);
      if (leave === undefined) throw busy();
      return leave;
    },
    waiters: seats(waitersAtOnce),
    bodies: createByteBudget(bodyBytesAtOnce, sleep),
  };
}

function tooMany(what: string, wait: number): RequestError {
  return new RequestError("too-many-requests", `${what} Nothing was recorded.`, { retryAfter: wait });
}

/** Who has one address of IPv6 has all of its /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, "");
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [head = "", tail] = plain.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const own = groups(head);
  const missing = tail === undefined ? 0 : 8 - own.length - groups(tail).length;
  const all = [...own, ...Array.from({ length: missing }, () => "0"), ...groups(tail ?? "")];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "").toLowerCase())
    .join(":");
}
