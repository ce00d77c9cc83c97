// What the pages of the console share: how a handler of theirs is called, and how they answer.
import type { Html } from "../../report/html.ts";
import type { Door, DoorContext } from "../door-context.ts";
import type { Entrance } from "../entrance.ts";

/** What the console works with. */
export interface ConsoleParts {
  readonly door: Door;
  /** Whoever looks at a page passes it, as every caller does. */
  readonly entrance: Entrance;
  /** Nothing that is bought costs anything. */
  readonly imitation: boolean;
  /** Sends a request to the door, as the one who looks at the page. */
  readonly ask: (c: DoorContext, path: string, request?: Asked) => Promise<Response>;
}

/** A request to the door itself. */
export interface Asked {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Nothing but this server's own script and style, no frame, no form to elsewhere. The referrer stays: without one, a form would be
 * sent with the origin `null`.
 */
const policy = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** A page as an answer. It is kept nowhere: whoever signed out must not find it by going back. */
export function pageAnswer(page: Html, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const own = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(page.text, { status, headers: { ...own, ...policy, ...headers } });
}

/** Sends the browser to another page, which it asks for anew. */
export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store", ...policy } });
}
