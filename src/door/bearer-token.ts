/** The longest token that is looked at, in characters. */
export const longestToken = 8192;

/** The token of `Authorization: Bearer …`; undefined where there is none, or where it is no token. */
export function bearerToken(headers: Headers): string | undefined {
  const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  return token !== undefined && token.length <= longestToken ? token : undefined;
}
