import { RefusedError } from "../../../src/contract/errors.ts";
import type { Scope } from "../../../src/contract/executor.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { plainToken } from "../../../src/contract/token.ts";
import { withSignal } from "../../http/with-signal.ts";
import type { Connect } from "../aws-connect.ts";
import { parseScope } from "../aws-scope.ts";
import { reading } from "../read-error.ts";
import { readSdkError } from "../sdk-error.ts";
import { redshiftClients, redshiftSdk } from "./redshift-clients.ts";

/** The tags of reserved nodes, which no list shows: one node is asked about, or tagged, at a time, under the ARN of the Go engine. */
export interface RedshiftTags {
  /**
   * What stands on a node. None where Redshift knows no such taggable resource: then nobody can have tagged it. Throws a
   * RefusedError where it cannot be read.
   */
  read(scope: Scope, id: string, signal: AbortSignal): Promise<NodeTags>;
  /** Tries once to tag a node, and says whether Redshift then shows the tags on it. Throws only the signal's reason. */
  write(scope: Scope, id: string, tags: NodeTags, signal: AbortSignal): Promise<boolean>;
}

type NodeTags = Readonly<Record<string, string>>;

/** Milliseconds for both calls of a write: nothing waits long for it. */
const timeout = 10_000;

/**
 * How Redshift says that nothing can be tagged under such an ARN: reserved nodes are not among the resources that it documents as
 * taggable, so the first is documented, and the others are guesses.
 */
const notTaggable = new Set(["ResourceNotFoundFault", "InvalidParameterValue", "ValidationError"]);

/** Reads and writes over the connections of one provider. */
export function createRedshiftTags(connect: Connect): RedshiftTags {
  async function open(scope: Scope, id: string, signal: AbortSignal) {
    const { accountId, region } = parseScope(scope);
    const reader = await redshiftClients.reader(await withSignal(connect(accountId, region, signal), signal));
    const { CreateTagsCommand, DescribeTagsCommand } = await redshiftSdk();
    const ResourceName = `arn:${partitionOf(region)}:redshift:${region}:${accountId}:reservednode:${id}`;
    const options = { abortSignal: signal };
    return {
      create: (tags: NodeTags) => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        return reader.send(new CreateTagsCommand({ ResourceName, Tags }), options);
      },
      // A resource has fewer tags than a page.
      describe: async (): Promise<NodeTags> => {
        const { TaggedResources } = await reader.send(new DescribeTagsCommand({ ResourceName }), options);
        // What the SDK makes of an answer that it cannot read.
        if (TaggedResources === undefined) throw untrusted(id);
        const own = TaggedResources.filter((resource) => resource.ResourceName === ResourceName);
        return Object.fromEntries(own.map(({ Tag }) => [Tag?.Key ?? "", Tag?.Value ?? ""]));
      },
    };
  }

  return {
    async read(scope, id, signal) {
      const { label: where, region } = parseScope(scope);
      const node = await open(scope, id, signal);
      return reading(
        { permission: "redshift:DescribeTags", where, region, code: "lookup-failed" },
        signal,
        async () => {
          try {
            return await node.describe();
          } catch (error) {
            if (notTaggable.has(readSdkError(error).code ?? "")) return {};
            throw error;
          }
        },
      );
    },

    async write(scope, id, tags, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
      try {
        const node = await open(scope, id, limit);
        // Taken or refused, or with its answer lost: what counts is what is shown.
        await node.create(tags).catch(() => undefined);
        const shown = await node.describe();
        return Object.entries(tags).every(([key, value]) => shown[key] === value);
      } catch {
        // A drive that was stopped has not tried.
        signal.throwIfAborted();
        return false;
      }
    },
  };
}

function untrusted(id: string): RefusedError {
  return new RefusedError({
    code: "lookup-untrusted",
    message: `redshift:DescribeTags answered without a list of the tags of ${id}. Drive again later.`,
    retryable: true,
  });
}

/** A token in a tag, in lower case; undefined where there is none. */
export function tokenIn(tags: NodeTags, { token }: TagNames): string | undefined {
  return plainToken(tags[token] ?? "") || undefined;
}

/** A node as a list shows it, with what its tags say. */
export function withTags(listed: Listed, tags: NodeTags, tagNames: TagNames): Listed {
  const text = tokenIn(tags, tagNames);
  const source = tags[tagNames.source]?.trim();
  if (text === undefined) {
    const resembles = source && `is tagged ${tagNames.source} = ${source}, as what another engine of yours buys`;
    return resembles ? { ...listed, resembles } : listed;
  }
  const marks = [{ text, whole: /^[0-9a-f]{64}$/.test(text) }];
  return { ...listed, marks, commitment: { ...listed.commitment, marked: true } };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
