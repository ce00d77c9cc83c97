// What a request passes before it is handled, at the addresses for programs and at the pages alike.
import { type DoorContext } from "./door-context.ts";
import { type Caller, doorScopes, type HandlerOptions, localName } from "./door-parts.ts";
import { RequestError } from "./problem.ts";
import type { RequestLimits } from "./request-limits.ts";

/** Finds out who sends a request, and whether it may be carried out now. */
export interface Entrance {
  /** Everybody is `local`. */
  readonly asksNobody: boolean;
  /**
   * Who sends a request. Whoever sends tokens that are not valid is made to wait, by address. `signed`: the request with its credential,
   * where it is not in `Authorization`. Throws a RequestError for nobody that is known.
   */
  identify(c: DoorContext, signed?: Request): Promise<Caller>;
  /** Handles a request of a caller, and counts it. Throws a RequestError where there are too many. */
  admit<Result>(c: DoorContext, caller: Caller, handle: () => Promise<Result>): Promise<Result>;
  /** A request that a page sends to the door for a caller who was admitted: it is not asked and counted once more. */
  inside(request: Request, caller: Caller): Request;
  /** Whether a page sends this request to the door: its reader sent one, which is the page's. */
  isInside(request: Request): boolean;
}

/** Some proxies write a port, which is another one for every connection: `192.0.2.1:1001`, `[2001:db8::1]:80`. */
function withoutPort(address: string | undefined): string | undefined {
  return address?.replace(/^\[([^\]]*)\](?::\d*)?$/, "$1").replace(/^([^:]*):\d*$/, "$1");
}

/** The entrance of a handler. */
export function createEntrance(
  { authenticate, addressHeader }: Pick<HandlerOptions, "addressHeader" | "authenticate">,
  limits: RequestLimits,
): Entrance {
  const asksNobody = authenticate === "nobody-is-asked";
  const callers = new WeakMap<Request, Caller>();
  return {
    asksNobody,
    identify: async (c, signed = c.req.raw) => {
      const known = callers.get(signed);
      if (known !== undefined) return known;
      if (authenticate === "nobody-is-asked") return localCaller(signed);
      const credential = signed.headers.get("authorization");
      const told = addressHeader === undefined ? undefined : c.req.header(addressHeader)?.split(",").at(-1)?.trim();
      const address = withoutPort(told) ?? c.env.address ?? "";
      // Who names no token does not guess.
      if (credential !== null) limits.checkAddress(address, credential);
      try {
        const caller = await authenticate(signed);
        if (caller === undefined) throw notAuthenticated();
        if (credential !== null) limits.noteValid(credential);
        return caller;
      } catch (error) {
        const isFalse = error instanceof RequestError && error.code === "not-authenticated";
        if (isFalse && credential !== null) limits.noteFailure(address, credential);
        throw error;
      }
    },
    admit: async (c, caller, handle) => {
      c.set("caller", caller);
      // Of a request inside, the page that sends it holds the seat.
      const isInside = callers.has(c.req.raw);
      if (!asksNobody && !isInside) limits.checkRate(caller.name);
      c.set("leave", isInside ? () => undefined : limits.enter(caller.name));
      try {
        return await handle();
      } finally {
        c.get("leave")();
      }
    },
    inside: (request, caller) => {
      callers.set(request, caller);
      return request;
    },
    isInside: (request) => callers.has(request),
  };
}

/** Who calls where nobody is asked: only on this machine. */
const local: Caller = { name: localName, scopes: doorScopes };

/** What proxies write. */
const proxyHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/** Throws a RequestError for a request that came through a proxy: whoever sent it may be anybody. */
function localCaller({ headers }: Request): Caller {
  if (!proxyHeaders.some((name) => headers.has(name))) return local;
  throw new RequestError(
    "not-permitted",
    "The request came through a proxy, and this server asks nobody who they are. Start it with tokens (buyonce serve --tokens FILE).",
  );
}

function notAuthenticated(): RequestError {
  return new RequestError("not-authenticated", "The request needs a valid token: Authorization: Bearer …", {
    headers: { "www-authenticate": "Bearer" },
  });
}
