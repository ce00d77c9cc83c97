import { messageOf } from "../contract/errors.ts";
import { notSent } from "./client-error.ts";
import type { Execution } from "./wire-types.ts";

/** The address of a server without the slash at its end. Throws a ClientError for what is none. */
export function checkedBase(baseUrl: string): string {
  const at = { parameter: "baseUrl" };
  if (!URL.canParse(baseUrl)) throw notSent("baseUrl must be an address such as http://127.0.0.1:4780.", at);
  const { protocol, username, password, search, hash, href } = new URL(baseUrl);
  if (!["http:", "https:"].includes(protocol)) throw notSent("baseUrl must begin with http:// or https://.", at);
  // Every error names the address.
  if (username !== "" || password !== "")
    throw notSent("baseUrl must not hold a user or a password: give a token.", at);
  if (search !== "" || hash !== "") throw notSent("baseUrl must end with its path.", at);
  return href.replace(/\/+$/, "");
}

/** An execution id as a part of a path. Throws a ClientError for one that no path can hold. */
export function pathPart(executionId: string): string {
  const at = { pointer: "#/executionId" };
  if (typeof executionId !== "string" || executionId === "") throw notSent("executionId must be a text.", at);
  // However they are escaped, every client takes these two for steps in the path.
  if (executionId === "." || executionId === "..") throw notSent("executionId must not be a step in a path.", at);
  try {
    return encodeURIComponent(executionId);
  } catch (error) {
    throw notSent(`executionId cannot be written: ${messageOf(error)}.`, at);
  }
}

/** What is sent for an execution. */
export interface Body {
  /** JSON. It is made once, so that every attempt sends the same. */
  readonly text: string;
  readonly executionId: string;
}

/** An execution, or its text, as it is sent. Throws a ClientError for what is none; what is in it, the server checks. */
export function bodyOf(execution: Execution | string): Body {
  const text = typeof execution === "string" ? execution : textOf(execution);
  const { executionId } = Object(parsed(text)) as { readonly executionId?: unknown };
  if (typeof executionId !== "string") {
    throw notSent(
      "The execution needs an executionId of the caller's: only so is it the same execution when it is sent again.",
      { pointer: "#/executionId" },
    );
  }
  return { text, executionId };
}

function textOf(execution: Execution): string {
  try {
    return JSON.stringify(execution);
  } catch (error) {
    throw notSent(`The execution cannot be written as JSON: ${messageOf(error)}.`, { pointer: "#" });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notSent(`The execution is not JSON: ${messageOf(error)}.`, { pointer: "#" });
  }
}
