import { importOptional } from "../../../src/contract/optional-package.ts";
import { createClients } from "../aws-clients.ts";

/** Redshift's SDK, loaded when it is first needed. */
export const redshiftSdk = () => importOptional("@aws-sdk/client-redshift", () => import("@aws-sdk/client-redshift"));

/**
 * Its clients; the SDK is loaded with the first. Apart from the service, whose types are public: those of an SDK that is
 * not installed must not be among them.
 */
export const redshiftClients = createClients(
  "Redshift",
  async (configuration) => new (await redshiftSdk()).RedshiftClient(configuration),
);
