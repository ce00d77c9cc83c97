import { messageOf } from "../../../src/contract/errors.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import type { ComputeApi } from "./gcp-api.ts";
import { meaningOf, stillOpen, toListed, type GcpCommitment } from "./gcp-commitment.ts";
import { compare } from "./gcp-facts.ts";
import { ownerOf } from "./gcp-name.ts";
import { describedBy, parsePurchaseRequest, type PurchaseRequest } from "./gcp-purchase-request.ts";
import { isCommitmentId, parseScope, type GcpScope } from "./gcp-scope.ts";

/** What a submission is looked for with. */
interface ResolveContext {
  readonly api: ComputeApi;
  readonly settings: Pick<ResolvedSettings, "tagNames">;
  readonly signal: AbortSignal;
  /** Ids that the ledger knows to belong to other tokens. */
  readonly owned: ReadonlySet<string>;
}

/**
 * What became of a submission: the commitment of its name, and where there is none, what an answer to it named instead. Of
 * those one with the token is found, and while one may be ours nothing is called absent.
 */
export async function resolve(submission: Submission, context: ResolveContext): Promise<Resolution> {
  const { api, settings, signal } = context;
  const request = parsePurchaseRequest(submission.request);
  const scope = parseScope(submission.scope);
  const named = await api.commitment(scope, request.name, signal);
  if (named !== undefined) {
    const isOther =
      ownerOf(named, submission.token, settings.tagNames) === "other" || compare(describedBy(request), named).isOther;
    // What is another's, or something else, is for the drive to say, whatever becomes of it.
    return isOther ? shown(named, submission, context) : judge(named, request, submission, context);
  }

  const seen: Resolution[] = [];
  for (const id of submission.evidence ?? []) {
    const resolution = await judgeEvidence(id, scope, request, submission, context);
    if (resolution?.kind === "found") return resolution;
    if (resolution !== undefined) seen.push(resolution);
  }
  return seen[0] ?? { kind: "absent", reason: `Google shows no commitment ${request.name}` };
}

function shown(found: GcpCommitment, { price }: Submission, { settings: { tagNames } }: ResolveContext): Resolution {
  return { kind: "found", found: toListed(found, tagNames, price), by: "proof" };
}

/** A commitment that is this submission's by its name or its token: unclear while it does not say all of what it is. */
function judge(
  found: GcpCommitment,
  request: PurchaseRequest,
  submission: Submission,
  context: ResolveContext,
): Resolution {
  const unclear = (why: string) => ({ kind: "unclear", reason: `the commitment ${found.name} ${why}.` }) as const;
  const { differences } = compare(describedBy(request), found);
  if (differences !== "") return unclear(`is something else than what was sent: ${differences}`);
  const open = stillOpen(found);
  return open === undefined ? shown(found, submission, context) : { ...unclear(`is ${open}`), isShown: true };
}

/** What an answer named instead; undefined where it is not there, over, or somebody else's. */
async function judgeEvidence(
  id: string,
  scope: GcpScope,
  request: PurchaseRequest,
  submission: Submission,
  context: ResolveContext,
): Promise<Resolution | undefined> {
  const { api, settings, signal, owned } = context;
  const unclear = (why: string): Resolution => ({
    kind: "unclear",
    reason: `Google's answer named ${id}, which ${why}: a person has to look whether that was bought for this.`,
  });
  if (id === request.name || owned.has(id)) return undefined;
  if (!isCommitmentId(id)) return unclear(`is not in ${scope.label}`);
  let found: GcpCommitment | undefined;
  try {
    found = await api.commitment(scope, id, signal);
  } catch (error) {
    signal.throwIfAborted();
    return unclear(`could not be read (${messageOf(error)})`);
  }
  if (found === undefined) return undefined;
  const owner = ownerOf(found, submission.token, settings.tagNames);
  if (owner === "own") return judge(found, request, submission, context);
  if (owner === "other" || meaningOf(found.status).standing === "ended") return undefined;
  return unclear(`is ${found.status} and says nothing of whose it is`);
}
