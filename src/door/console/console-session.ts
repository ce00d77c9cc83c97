// Who looks at the pages: a token, which the browser keeps in a cookie that no script reads. The server keeps nothing.
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { html } from "../../report/html.ts";
import { loopbackNames } from "../../contract/endpoint.ts";
import { BuyonceError } from "../../contract/errors.ts";
import { checkScope, type DoorContext, readingMethods } from "../door-context.ts";
import type { Caller } from "../door-parts.ts";
import { RequestError } from "../problem.ts";
import { decode, readBytes } from "../strict-json.ts";
import { link, withQuery } from "./console-links.ts";
import { bareFrame } from "./console-frame.ts";
import { type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";

/** The longest token that a cookie surely holds: a browser keeps 4,096 bytes of name and value. */
export const longestToken = 3800;

/** The host in a request's address, without its port. */
function isLoopback(c: DoorContext): boolean {
  const { hostname } = new URL(c.req.url);
  return loopbackNames.includes(hostname);
}

/** Where the cookie is kept. Browsers do not tell two ports of one machine apart: the name does. */
function cookieOf(c: DoorContext) {
  const own = { path: "/", httpOnly: true, sameSite: "Strict" } as const;
  return isLoopback(c)
    ? { name: `buyonce-${new URL(c.req.url).port || "80"}`, options: own }
    : { name: "buyonce", options: { ...own, secure: true, prefix: "host" } as const };
}

/** Has the browser keep a token until it is closed. */
export function keepToken(c: DoorContext, token: string): void {
  const { name, options } = cookieOf(c);
  setCookie(c, name, token, options);
}

/** Has the browser forget it. */
export function forgetToken(c: DoorContext): void {
  const { name, options } = cookieOf(c);
  deleteCookie(c, name, options);
}

/** The headers of a request, with the token of its cookie where it names none otherwise; the cookie itself goes no further. */
export function signedHeaders(c: DoorContext): Headers {
  const headers = new Headers(c.req.raw.headers);
  headers.delete("cookie");
  if (headers.has("authorization")) return headers;
  const { name, options } = cookieOf(c);
  const token = "prefix" in options ? getCookie(c, name, options.prefix) : getCookie(c, name);
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) headers.set("authorization", `Bearer ${token}`);
  return headers;
}

/** A page that needs somebody who may read. Others are sent to the sign-in, and nothing is done. */
export function forReaders(parts: ConsoleParts, handle: (c: DoorContext) => Promise<Response> | Response) {
  return async (c: DoorContext): Promise<Response> => {
    if (!readingMethods.includes(c.req.method)) checkOwnPage(c);
    const caller = await signedIn(parts, c, signedHeaders(c));
    if (caller === undefined) return isFromElsewhere(c) ? askAgain(c) : redirect(signInPath(c));
    return parts.entrance.admit(c, caller, async () => {
      checkScope(caller, "read");
      return handle(c);
    });
  };
}

/** Who sends a request, by these headers; undefined for nobody that is known. Throws a RequestError as the entrance does for all else. */
export async function signedIn(
  { entrance }: Pick<ConsoleParts, "entrance">,
  c: DoorContext,
  headers: Headers,
): Promise<Caller | undefined> {
  try {
    return await entrance.identify(c, new Request(c.req.url, { headers }));
  } catch (error) {
    // A token that has expired, say: whoever has it signs in anew.
    if (BuyonceError.isInstance(error) && error.code === "not-authenticated") return undefined;
    throw error;
  }
}

/**
 * Throws a RequestError for a form that no page of this server sent. A browser names the origin of every form: a request without one
 * could be anybody's.
 */
export function checkOwnPage(c: DoorContext): void {
  const { headers } = c.req.raw;
  const host = headers.get("host") ?? "";
  if (["http", "https"].some((scheme) => headers.get("origin") === `${scheme}://${host}`)) return;
  throw new RequestError(
    "foreign-origin",
    "A form of the console is taken from its own pages only, and this request does not name them as its origin (Origin). Nothing was done.",
  );
}

/** The fields of a form, each once. Throws a RequestError for what is none. */
export async function readForm(c: DoorContext): Promise<ReadonlyMap<string, string>> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new RequestError("unsupported-media-type", "A form of the console was expected. Nothing was done.");
  }
  const fields = new URLSearchParams(decode(await readBytes(c.req.raw, longestForm)));
  const known = new Map<string, string>();
  for (const [name, value] of fields) {
    if (known.has(name)) throw new RequestError("malformed-request", `The form names ${name} twice. Nothing was done.`);
    known.set(name, value);
  }
  return known;
}

/** In bytes: a reason of 255 characters, a token, the page that was asked for, and room. The sign-in reads it of everybody. */
const longestForm = 32_768;

/** A link on another site, in a chat or a mail was followed: the browser keeps the cookie back until a page of this server asks. */
function isFromElsewhere(c: DoorContext): boolean {
  const site = c.req.header("sec-fetch-site");
  return readingMethods.includes(c.req.method) && (site === "cross-site" || site === "same-site");
}

function askAgain(c: DoorContext): Response {
  const address = link(pathIn(c));
  return pageAnswer(
    bareFrame(
      "One moment",
      html`<h1>One moment</h1>
        <p><a href="${address}">Open the page</a></p>`,
      html`<meta http-equiv="refresh" content="0; url=${address}" />`,
    ),
  );
}

/** The sign-in, which leads back to the page that was asked for. */
function signInPath(c: DoorContext): string {
  const isForm = !readingMethods.includes(c.req.method);
  const path = pathIn(c);
  return withQuery("/sign-in", { next: path === "/" ? undefined : path, why: isForm ? "over" : undefined });
}

function pathIn(c: DoorContext): string {
  const { pathname, search } = new URL(c.req.url);
  return `${pathname}${search}`.replaceAll(/[^\w\-.!~*'()%/?&=+:@]/g, encodeURIComponent);
}
