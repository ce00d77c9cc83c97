import { cutCode } from "../../src/contract/clean-text.ts";
import { maskToken } from "../../src/contract/token.ts";
import { isObject, type Answer, type UnknownObject } from "./answer.ts";

/** What a service says of an error. */
export interface ErrorWords {
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** An answer with a status other than 2xx. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** The service's word for why, such as `ReservationOrderNotFound`; undefined when the body holds none. */
  readonly code: string | undefined;
  /** Milliseconds that the service asks to wait, where it does. */
  readonly retryAfter: number | undefined;

  constructor({ status, retryAfter }: Omit<Answer, "text">, { code, message }: ErrorWords) {
    super([`HTTP ${status}`, code, message].filter((part) => part !== undefined).join(": "));
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * Answers with status 2xx that cannot be believed: HTML of a proxy, a page without its list, a next link to elsewhere.
 * They prove nothing, not even that there is nothing.
 */
export class UnbelievableAnswerError extends Error {
  override readonly name = "UnbelievableAnswerError";
}

/** A service's code of an error for a person: no token in full, no endless text. */
export function quoteCode(code: string): string {
  return cutCode(code).replace(/[0-9a-f]{32,}/gi, maskToken);
}

/** Azure's `{ "error": { "code", "message" } }`; tokens and fragments of them are masked. */
export function errorOf(body: UnknownObject | undefined): ErrorWords {
  const error = isObject(body?.["error"]) ? body["error"] : undefined;
  const code = typeof error?.["code"] === "string" && error["code"] !== "" ? error["code"] : undefined;
  const message = typeof error?.["message"] === "string" ? error["message"] : undefined;
  return {
    code: code === undefined ? undefined : quoteCode(code),
    message: message === undefined ? undefined : quoteService(message),
  };
}

/** Azure's own words for a person: no token or fragment of one in full, no endless text, no final stop. */
export function quoteService(said: string): string {
  return said
    .slice(0, 500)
    .replace(/[0-9a-f]{32,}/gi, maskToken)
    .replace(/[.\s]+$/, "");
}
