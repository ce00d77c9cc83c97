import { createHash } from "node:crypto";
import { type DoorScope, doorScopes } from "../../src/door/door-parts.ts";
import { type StaticTokens, staticTokens } from "../../src/door/static-tokens.ts";

/** Callers by these names, each with `secret-of-` its name as its token, and its name with a dash as its prefix. */
export function callersNamed(...names: readonly string[]): StaticTokens["authenticate"] {
  return callersWith(Object.fromEntries(names.map((name) => [name, doorScopes.filter((scope) => scope !== "all")])));
}

/** The same, with scopes of their own. */
export function callersWith(scopes: Readonly<Record<string, readonly DoorScope[]>>): StaticTokens["authenticate"] {
  const tokens = Object.entries(scopes).map(([name, own]) => ({
    name,
    sha256: createHash("sha256").update(`secret-of-${name}`).digest("hex"),
    scopes: own,
    executionIdPrefix: `${name}-`,
  }));
  return staticTokens(JSON.stringify({ tokens }), "tokens.json").authenticate;
}

/** The header of such a caller. */
export function bearerOf(name: string): { readonly authorization: string } {
  return { authorization: `Bearer secret-of-${name}` };
}
