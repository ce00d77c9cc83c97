import type * as ec2Sdk from "@aws-sdk/client-ec2";
import { createRequire } from "node:module";

/**
 * The SDK of EC2, loaded when it is first asked for. The package is CommonJS, two megabytes in one file: `import()` reads all of
 * it once more, for the names that it exports.
 */
export function loadEc2(): typeof ec2Sdk {
  return createRequire(import.meta.url)("@aws-sdk/client-ec2") as typeof ec2Sdk;
}
