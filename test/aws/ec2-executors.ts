import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { createAws, type AwsSettings } from "../../providers/aws/index.ts";
import { fakeEnvironment } from "./ec2-answers.ts";
import type { Loopback } from "./aws-loopback.ts";

/** The EC2 executor against a loopback server, with an environment that does not wait. */
export function ec2At(
  loopback: Loopback,
  settings: AwsSettings = {},
): ServiceExecutor & Required<Pick<ServiceExecutor, "mark" | "laneOf">> {
  const ec2 = executorAt("ec2", loopback, settings);
  if (!ec2.mark || !ec2.laneOf) throw new Error("The EC2 executor is not complete.");
  return ec2 as ServiceExecutor & Required<Pick<ServiceExecutor, "mark" | "laneOf">>;
}

/** The executor of a service against a loopback server, with an environment that does not wait. */
export function executorAt(service: string, loopback: Loopback, settings: AwsSettings = {}): ServiceExecutor {
  const executor = createAws({ endpoint: loopback.url, environment: fakeEnvironment(), ...settings }).services[service];
  if (!executor) throw new Error(`No executor for ${service}.`);
  return executor;
}

/** Call options that are never aborted. */
export const calmly = { signal: new AbortController().signal } as const;

/** What was thrown; fails when nothing was. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}

/** Sets environment variables (undefined removes one) until disposed. */
export function environmentVariables(values: Readonly<Record<string, string | undefined>>): Disposable {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  assign(values);
  return { [Symbol.dispose]: () => assign(before) };
}

function assign(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
