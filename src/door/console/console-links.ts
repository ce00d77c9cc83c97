// Addresses of the console's pages, and how they stand in an attribute.
import { Html } from "../../report/html.ts";

/** What can be done about an execution. */
export type ExecutionAction = PlainAction | "limits";

/** What is asked about in one step. */
export type PlainAction = "approve" | "cancel" | "redrive" | "reopen";

/** The page of an execution, or of something that is done about it. */
export function executionPath(executionId: string, action?: ExecutionAction | "events"): string {
  const own = `/executions/${encodeURIComponent(executionId)}`;
  return action === undefined ? own : `${own}/${action}`;
}

/** The page of a recommendation, or of what is done about it. */
export function placePath(executionId: string, recIndex: number, action?: string): string {
  const own = `${executionPath(executionId)}/recommendations/${recIndex}`;
  return action === undefined ? own : `${own}/${action}`;
}

/** An address with a query; what is undefined is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/**
 * An address for an attribute in double quotes. It goes in whole: an id in it may look like a token, which texts are masked for, and
 * would lead nowhere then. Throws a TypeError for what an escaped address cannot hold: a defect.
 */
export function link(address: string): Html {
  if (!/^[\w\-.!~*'()%/?&=+:#@]*$/.test(address)) throw new TypeError("An address is not escaped.");
  return new Html(address.replaceAll("&", "&amp;").replaceAll("'", "&#39;"));
}
