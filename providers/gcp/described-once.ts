import nodeModule from "node:module";
import type { CloudCatalogClient } from "@google-cloud/billing";
import type { RegionCommitmentsClient } from "@google-cloud/compute";

interface Sdks {
  readonly "@google-cloud/compute": typeof RegionCommitmentsClient;
  readonly "@google-cloud/billing": typeof CloudCatalogClient;
}

/** What all clients of an SDK are made with: its package `google-gax`. */
type Gax<Sdk extends keyof Sdks> = ConstructorParameters<Sdks[Sdk]>[1];

/** The part of it that is changed: what reads the messages that an SDK describes, by name. */
interface Rest {
  readonly GrpcClient: new (...parameters: never[]) => { loadProtoJSON(described: Described): unknown };
  readonly protobuf: { readonly Root: { fromJSON(described: Described): object } };
}

interface Described {
  readonly nested?: Readonly<Record<string, Described>>;
}

const made = new Map<keyof Sdks, unknown>();

/**
 * What an SDK's clients are made with so that its descriptions are read once in a process. By itself each client hashes all of
 * them, of Compute Engine twelve megabytes, to see that they were read, and the first reads those of versions beside v1 too.
 * Undefined where the package is not where the SDK finds it: then each client does so.
 */
export function describedOnce<Sdk extends keyof Sdks>(sdk: Sdk): Gax<Sdk> {
  if (!made.has(sdk)) made.set(sdk, withSharedRoots(sdk));
  return made.get(sdk) as Gax<Sdk>;
}

function withSharedRoots(sdk: keyof Sdks): unknown {
  try {
    // By this name and no other: bundles are begun with a line that declares `createRequire` (docs/lambda.md).
    const here = nodeModule.createRequire(import.meta.url);
    const { fallback } = nodeModule.createRequire(here.resolve(sdk))("google-gax") as { readonly fallback: Rest };
    const { GrpcClient, protobuf } = fallback;
    const roots = new WeakMap<Described, object>();
    class Sharing extends GrpcClient {
      override loadProtoJSON(described: Described) {
        const root = roots.get(described) ?? protobuf.Root.fromJSON(onlyFirstVersion(described));
        roots.set(described, root);
        return root;
      }
    }
    return { fallback: { ...fallback, GrpcClient: Sharing } };
  } catch {
    return undefined;
  }
}

/** Without `v1beta` and the like: nothing in v1 refers to them. */
function onlyFirstVersion({ nested = {}, ...rest }: Described): Described {
  const entries = Object.entries(nested);
  const kept =
    "v1" in nested
      ? entries.filter(([name]) => !/^v1./.test(name))
      : entries.map(([name, one]) => [name, onlyFirstVersion(one)] as const);
  return entries.length === 0 ? rest : { ...rest, nested: Object.fromEntries(kept) };
}
