import { RefusedError } from "./errors.ts";

/** The names of this machine, as they stand in a URL, that no other machine is reached under. */
export const loopbackNames: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** Whether a URL leads to this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return loopbackNames.includes(hostname);
}

/**
 * A provider endpoint given by URL: https, or http on loopback; over http no real credential may ever be sent.
 * Throws a RefusedError `invalid-configuration` for anything else.
 */
export function parseEndpoint(text: string): { readonly url: URL; readonly insecure: boolean } {
  const url = URL.parse(text);
  const insecure = url?.protocol === "http:";
  if (url === null || (url.protocol !== "https:" && !(insecure && isLoopback(url)))) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The endpoint "${text}" must be an https URL, or http on 127.0.0.1, [::1] or localhost.`,
    });
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The endpoint "${url.origin}" must hold no user name, password, query or fragment.`,
    });
  }
  return { url, insecure };
}
