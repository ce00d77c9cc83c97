import { RefusedError } from "../contract/errors.ts";

/** The bytes that a secret has, by the Standard Webhooks. */
const [shortest, longest] = [24, 64];

const form = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The secrets in a text: one, or several for a rotation, with blanks or line ends between them. Each is `whsec_` and 24 to 64 random bytes in
 * base64. Throws a RefusedError `invalid-configuration` that names `where` they come from and shows nothing of them.
 */
export function readSecrets(text: string, where: string): readonly string[] {
  const secrets = text.split(/\s+/).filter((part) => part !== "");
  if (secrets.length === 0) throw unusable(where, "holds no secret");
  for (const [index, secret] of secrets.entries()) {
    const which =
      secrets.length === 1 ? "holds no secret of this form" : `holds no secret of this form as number ${index + 1}`;
    const bytes = Buffer.from(secret.slice("whsec_".length), "base64").length;
    if (!form.test(secret) || bytes < shortest || bytes > longest) throw unusable(where, which);
  }
  return secrets;
}

function unusable(where: string, what: string): RefusedError {
  return new RefusedError({
    code: "invalid-configuration",
    message: `${where} ${what}: whsec_ and ${shortest} to ${longest} random bytes in base64. Make one with: echo "whsec_$(openssl rand -base64 32)". Nothing was sent.`,
  });
}
