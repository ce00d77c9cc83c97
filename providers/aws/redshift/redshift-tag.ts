import type { Scope } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { parseScope } from "../aws-scope.ts";
import { withSignal } from "../../http/with-signal.ts";
import { redshiftClients, redshiftSdk } from "./redshift-clients.ts";

/** Milliseconds for both calls: nothing depends on the tags, so nothing waits long for them. */
const timeout = 10_000;

/**
 * Tries once to tag a reserved node, and says whether Redshift then shows the tags on it. It is not among the resources that
 * Redshift documents as taggable, and no answer of Redshift names its ARN (docs/decisions/0006-redshift-tags-are-tried.md):
 * whatever else comes of it is ignored. Throws only the signal's reason.
 */
export async function tryToTag(
  connect: Connect,
  scope: Scope,
  id: string,
  tags: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const { accountId, region } = parseScope(scope);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const options = { abortSignal: limit };
  try {
    const connection = await withSignal(connect(accountId, region, limit), limit);
    const { CreateTagsCommand, DescribeTagsCommand } = await redshiftSdk();
    const reader = await redshiftClients.reader(connection);
    const ResourceName = `arn:${partitionOf(region)}:redshift:${region}:${accountId}:reservednode:${id}`;
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    // Taken or refused, or with its answer lost: what counts is what is shown. A resource has fewer tags than a page.
    await reader.send(new CreateTagsCommand({ ResourceName, Tags }), options).catch(() => undefined);
    const { TaggedResources = [] } = await reader.send(new DescribeTagsCommand({ ResourceName }), options);
    const own = TaggedResources.filter((resource) => resource.ResourceName === ResourceName);
    return Tags.every(({ Key, Value }) => own.some(({ Tag }) => Tag?.Key === Key && Tag.Value === Value));
  } catch {
    // A drive that was stopped has not tried.
    signal.throwIfAborted();
    return false;
  }
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
