import { controlPrefix } from "./control.ts";
import type { SandboxRequest, SandboxResponse } from "./imitation.ts";
import { jsonAnswer } from "./json-answer.ts";

/** What loopback is called. No other site can take these names; the port a client written by hand may leave out. */
const names = ["127.0.0.1", "localhost"];

/**
 * The answer to a request that a web page on this machine could have been made to send, instead of the person who runs the
 * sandbox; undefined for one that is served. The Host must be a loopback name, and the port that it listens on, or another
 * site's name was pointed here (DNS rebinding); a browser must not have sent it for another site; and what is posted to the
 * control routes must say that it is JSON, which no page may send to another origin unasked.
 */
export function refusalOf(
  { method, target, path, headers }: SandboxRequest,
  port: number,
): SandboxResponse | undefined {
  if (!target.startsWith("/")) return refused(400, "The sandbox is no proxy: ask for a path.");
  const origins = names.map((name) => `http://${name}${port === 80 ? "" : `:${port}`}`);
  const host = (headers["host"] ?? "").toLowerCase();
  if (!names.some((name) => host === name || host === `${name}:${port}`)) {
    return refused(421, `The sandbox answers as ${origins.join(" and ")} only, not as "${host}".`);
  }
  const { origin, "sec-fetch-site": site } = headers;
  const isForeign = origin !== undefined && !origins.includes(origin.toLowerCase());
  if (isForeign || (site !== undefined && site !== "same-origin" && site !== "none")) {
    return refused(403, `The sandbox does not answer pages of other sites (${origin ?? site}).`);
  }
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (method === "POST" && path.startsWith(controlPrefix) && type !== "application/json") {
    return refused(415, `What is posted to ${controlPrefix} needs the header "content-type: application/json".`);
  }
  return undefined;
}

function refused(status: number, error: string): SandboxResponse {
  return jsonAnswer(status, { error });
}
