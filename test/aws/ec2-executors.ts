import type { Commitment } from "../../src/contract/commitment.ts";
import type { CallOptions, Scope, ServiceExecutor } from "../../src/contract/executor.ts";
import { readListing } from "../../src/drive/read-listing.ts";
import { createAws, type AwsSettings } from "../../providers/aws/index.ts";
import { fakeEnvironment } from "./ec2-answers.ts";
import type { Loopback } from "./aws-loopback.ts";

/** The EC2 executor against a loopback server, with an environment that does not wait. */
export function ec2At(
  loopback: Loopback,
  settings: AwsSettings = {},
): ServiceExecutor & Required<Pick<ServiceExecutor, "mark" | "laneOf">> {
  const ec2 = serviceAt("ec2", loopback, settings);
  if (!ec2.mark || !ec2.laneOf) throw new Error("The EC2 executor is not complete.");
  return ec2 as ServiceExecutor & Required<Pick<ServiceExecutor, "mark" | "laneOf">>;
}

/** The executor of a service against a loopback server, with an environment that does not wait. */
export function serviceAt(service: string, loopback: Loopback, settings: AwsSettings = {}): ServiceExecutor {
  return serviceOf(service, { endpoint: loopback.url, environment: fakeEnvironment(), ...settings });
}

/** The executor of a service, in the new shape whatever it has. */
export function serviceOf(service: string, settings: AwsSettings): ServiceExecutor {
  const executor = createAws(settings).services[service];
  if (!executor) throw new Error(`No executor for ${service}.`);
  return executor;
}

/** As {@link serviceAt}, in whatever shape it has. For tests of the old shape: goes with them. */
export function executorAt(service: string, loopback: Loopback, settings: AwsSettings = {}): ServiceExecutor {
  const executor = createAws({ endpoint: loopback.url, environment: fakeEnvironment(), ...settings }).services[service];
  if (!executor) throw new Error(`No executor for ${service}.`);
  return executor as ServiceExecutor;
}

/** The commitments that a listing shows, by token and by id, as the drive finds them. */
export async function find(
  { inventory }: ServiceExecutor,
  scope: Scope,
  { tokens = [], ids = [] }: { readonly tokens?: readonly string[]; readonly ids?: readonly string[] },
  options: CallOptions = calmly,
): Promise<{ byToken: ReadonlyMap<string, readonly Commitment[]>; byId: ReadonlyMap<string, Commitment> }> {
  const { byToken, byId } = await readListing(
    inventory,
    scope,
    { tokens: new Set(tokens), ids: new Set(ids) },
    options,
  );
  return {
    byToken: new Map([...byToken].map(([token, found]) => [token, found.map(({ commitment }) => commitment)])),
    byId: new Map([...byId].map(([id, { commitment }]) => [id, commitment])),
  };
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
