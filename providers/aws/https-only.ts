import { RefusedError } from "../../src/contract/errors.ts";

/**
 * A middleware for clients of the AWS SDK: refuses a request over http, unless the endpoint is the loopback one that
 * gets the dummy credential. Endpoints that are configured elsewhere are refused before; this holds whatever an older SDK makes of its configuration, and keeps a session token from being sent unencrypted.
 */
export function httpsOnly(insecure: boolean) {
  return <Parameters extends { request: unknown }, Answer>(next: (parameters: Parameters) => Promise<Answer>) =>
    async (parameters: Parameters): Promise<Answer> => {
      const { protocol, hostname } = parameters.request as { protocol?: string; hostname?: string };
      if (protocol === "https:" || insecure) return next(parameters);
      throw new RefusedError({
        code: "invalid-configuration",
        message: `The AWS configuration names the endpoint ${protocol}//${hostname}: only https gets real credentials. For a server on this machine give its URL as the provider's endpoint instead.`,
      });
    };
}
