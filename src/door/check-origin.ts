import { RequestError } from "./problem.ts";

/**
 * Throws a RequestError for a request that a page of another site made a browser send, or that was sent under a name which is none
 * of these: a name of somebody else's that leads to this machine (DNS rebinding).
 */
export function checkOrigin(headers: Headers, hostNames: readonly string[] | undefined): void {
  const host = headers.get("host") ?? "";
  const name = host.replace(/:\d*$/, "").toLowerCase();
  if (hostNames !== undefined && !hostNames.includes(name)) {
    throw new RequestError("foreign-origin", `This server is not called ${JSON.stringify(host)}.`);
  }
  const origin = headers.get("origin");
  const isOwn = origin === null || ["http", "https"].some((scheme) => origin === `${scheme}://${host}`);
  const site = headers.get("sec-fetch-site") ?? "none";
  if (!isOwn || !["none", "same-origin"].includes(site)) {
    throw new RequestError("foreign-origin", "Pages of other sites may not call this server.");
  }
}
