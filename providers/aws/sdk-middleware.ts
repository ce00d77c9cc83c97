// What this package puts between the clients of the AWS SDK and the network.
import { RefusedError } from "../../src/contract/errors.ts";
import { clockOffset } from "../http/clock-offset.ts";
import { isExpiredSession, readSdkError } from "./sdk-error.ts";

/**
 * To be added at the step `build`: refuses a request over http, unless the endpoint is the loopback one that gets the dummy
 * credential. Endpoints that are configured elsewhere are refused before; this holds whatever an older SDK makes of its
 * configuration, and keeps a session token from being sent unencrypted.
 */
export function httpsOnly(insecure: boolean) {
  return <Parameters extends { request: unknown }, Answer>(next: (parameters: Parameters) => Promise<Answer>) =>
    async (parameters: Parameters): Promise<Answer> => {
      const { protocol, hostname } = parameters.request as { protocol?: string; hostname?: string };
      if (protocol === "https:" || insecure) return next(parameters);
      throw new RefusedError({
        code: "invalid-configuration",
        message: `The AWS configuration names the endpoint ${protocol}//${hostname}: only https gets real credentials. For a server on this machine give its URL as the provider's endpoint instead.`,
      });
    };
}

/**
 * To be added at the step `initialize`: where a call is refused because the session that signed it is over, `renew` is told, with
 * what was in use when the call began. If it says true, the call is made again, once.
 */
export function onExpiredSession<Used>(held: () => Used, renew: (used: Used) => Promise<boolean>) {
  return <Parameters, Answer>(next: (parameters: Parameters) => Promise<Answer>) =>
    async (parameters: Parameters): Promise<Answer> => {
      const used = held();
      try {
        return await next(parameters);
      } catch (error) {
        if (!isExpiredSession(readSdkError(error)) || !(await renew(used))) throw error;
        return next(parameters);
      }
    };
}

/** To be added at the step `deserialize`: by how many milliseconds the clock that an answer shows is ahead of `now`. */
export function clockSeen(now: () => number, seen: (offset: number | undefined) => void) {
  return <Parameters, Answer extends { readonly response: unknown }>(
      next: (parameters: Parameters) => Promise<Answer>,
    ) =>
    async (parameters: Parameters): Promise<Answer> => {
      const answer = await next(parameters);
      const { headers } = answer.response as { readonly headers?: Readonly<Record<string, string>> };
      seen(clockOffset(headers?.["date"], now()));
      return answer;
    };
}

/** Whether a request was handed to the network. */
export interface SendReport {
  handedOver: boolean;
}

/**
 * To be added next to the network, behind the signature: notes that the request left, and refuses to let it pass a second
 * time. The retry settings already forbid that; this holds whatever the SDK does above it.
 */
export function sendOnce(report: SendReport) {
  return <Parameters, Answer>(next: (parameters: Parameters) => Promise<Answer>) =>
    async (parameters: Parameters): Promise<Answer> => {
      if (report.handedOver) throw new Error("The AWS SDK tried to send a purchase a second time; it was stopped.");
      report.handedOver = true;
      return next(parameters);
    };
}

/** To be added at the step `build`: lets nothing pass but a question of EC2's query protocol that is marked as such. */
export function onlyDryRun<Parameters extends { request: unknown }, Answer>(
  next: (parameters: Parameters) => Promise<Answer>,
) {
  return async (parameters: Parameters): Promise<Answer> => {
    const { body } = parameters.request as { readonly body?: unknown };
    const isDry = typeof body === "string" && new URLSearchParams(body).get("DryRun") === "true";
    if (!isDry) throw new TypeError("The AWS SDK left DryRun out of the request; it was stopped.");
    return next(parameters);
  };
}
