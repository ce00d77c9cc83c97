import { RefusedError } from "../contract/errors.ts";
import { RequestError } from "./problem.ts";

/** From where a server is called. */
export interface Origins {
  /** The names in `Host` that are this server's; undefined: all. */
  readonly hostNames: readonly string[] | undefined;
  /** The origins of other sites whose pages may call it. */
  readonly corsOrigins: readonly string[];
  /** Somebody followed a link to a page of the console, which changes nothing and goes into a window of its own. */
  readonly isFollowed?: boolean;
}

/** Whether a browser opens a page in a window of its own, from wherever the link is. */
export function isFollowedLink({ method, headers }: Request): boolean {
  const [mode, to] = [headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")];
  return method === "GET" && mode === "navigate" && to === "document";
}

/**
 * Throws a RequestError for a request that a page of another site made a browser send, unless that site is named, or that was sent under
 * a name which is none of the server's: a name of somebody else's that leads to this machine (DNS rebinding).
 */
export function checkOrigin(headers: Headers, { hostNames, corsOrigins, isFollowed = false }: Origins): void {
  const host = headers.get("host") ?? "";
  const name = host.replace(/:\d*$/, "").toLowerCase();
  if (hostNames !== undefined && !hostNames.includes(name)) {
    throw new RequestError("foreign-origin", `This server is not called ${JSON.stringify(host)}.`);
  }
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.includes(origin)) return;
  const isOwn = origin === null || ["http", "https"].some((scheme) => origin === `${scheme}://${host}`);
  const site = headers.get("sec-fetch-site") ?? "none";
  if (!isOwn || (!isFollowed && !["none", "same-origin"].includes(site))) {
    throw new RequestError("foreign-origin", "Pages of other sites may not call this server.");
  }
}

/** Names as they stand in `Host`, in lower case. Throws a RefusedError `invalid-configuration` for what is no name, or has a port. */
export function hostNamesOf(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    if (/^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(name)) return name.toLowerCase();
    const message = `The host name ${JSON.stringify(name)} must be a name or an address, without scheme and port.`;
    throw new RefusedError({ code: "invalid-configuration", message });
  });
}

/** Origins of other sites. Throws a RefusedError `invalid-configuration` for what is none, such as `*` or `null`. */
export function corsOriginsOf(origins: readonly string[]): readonly string[] {
  for (const origin of origins) {
    if (/^https?:/.test(origin) && URL.parse(origin)?.origin === origin) continue;
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The origin ${JSON.stringify(origin)} must be that of a site, such as "https://app.example.com".`,
    });
  }
  return origins;
}
