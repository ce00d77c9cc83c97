import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { GoldenKind } from "./golden-kind.ts";
import type { Forward, Handler, ProxiedAnswer, ProxiedRequest } from "./golden-proxy.ts";
import type { PurchaseAnswer, Send, Trouble } from "./golden-row.ts";

/** What the wire does to the drive under way. */
export interface WireScript {
  readonly sends: readonly Send[];
  readonly trouble: Trouble | undefined;
  /** Purchase requests so far. */
  requests: number;
  /** Looks are denied. */
  denied: boolean;
  /** What is wrong with the test itself. */
  defect?: unknown;
  /** Called when a purchase request has left. */
  readonly onPurchase: () => void;
}

/** What happens to the next purchase request. */
export function nextSend({ sends, requests }: WireScript): Send {
  return sends[Math.min(requests, sends.length - 1)] ?? "carried-out";
}

/** Plays the script of the drive under way. */
export function createWire(kind: GoldenKind, sandbox: CloudSandbox, scriptNow: () => WireScript): Handler {
  return async (request, forward) => {
    const script = scriptNow();
    try {
      if (isPurchase(request)) return await answerPurchase(kind, sandbox, script, request, forward);
      if (!kind.isLook(request)) return await forward(request);
      if (script.denied) return kind.denied;
      return (script.trouble === "unseen" ? kind.absent(request) : undefined) ?? (await forward(request));
    } catch (error) {
      script.defect ??= error;
      return undefined;
    }
  };
}

/** Whether it asks for a purchase, in any of the protocols. */
function isPurchase({ method, path, headers, body }: ProxiedRequest): boolean {
  if (method === "PUT") return true;
  const rest =
    /\/(CreateSavingsPlan|purchaseReservedInstanceOffering|commitments|offerings\/[^/?]+(\/purchase)?)(\?|$)/.test(
      path,
    );
  const target = headers["x-amz-target"] ?? "";
  return (
    method === "POST" && (rest || /(^|&)Action=Purchase/.test(body) || /\.(Purchase|CreateReservation)/.test(target))
  );
}

async function answerPurchase(
  kind: GoldenKind,
  sandbox: CloudSandbox,
  script: WireScript,
  request: ProxiedRequest,
  forward: Forward,
): Promise<ProxiedAnswer | undefined> {
  const send = nextSend(script);
  script.requests += 1;
  script.denied ||= script.trouble === "unreadable";
  if (script.trouble === "unlisted") sandbox.clearFaults();
  script.onPurchase();
  if (send === "refused") throw new Error("A request arrived though nothing listened.");
  if (send === "lost-request") return undefined;
  if (send === "carried-out") return forward(request);
  if (send !== "lost-answer") return play(kind, sandbox, send, request, forward);
  await forward(request);
  return undefined;
}

/** An answer by script: the sandbox's own, or one in the service's shape of errors, which the sandbox knows. */
async function play(
  { purchaseAction, sold, setState }: GoldenKind,
  sandbox: CloudSandbox,
  { status, code, message, headers = {}, body, edit, cut = false, sold: isSold = false, becomes }: PurchaseAnswer,
  request: ProxiedRequest,
  forward: Forward,
): Promise<ProxiedAnswer> {
  const known = new Set(sold(sandbox).map(({ id }) => id));
  if (status !== undefined) {
    const fault = { kind: "status", status, when: isSold ? "after" : "before", ...(code ? { code } : {}) } as const;
    sandbox.addFault({ match: { action: purchaseAction }, fault });
  }
  const answer = await forward(request);
  const all = sold(sandbox).map(({ id }) => id);
  if (becomes !== undefined) for (const id of all) if (!known.has(id)) setState(sandbox, id, becomes);
  const context = { request, sold: all };
  const said = message === undefined ? answer.body : answer.body.replaceAll(/The sandbox answers[^"<]*/g, message);
  const given = typeof body === "function" ? body(context) : (body ?? said);
  const { "content-type": type = "" } = answer.headers;
  const own = body === undefined || code !== undefined ? answer.headers : { "content-type": type };
  return {
    status: answer.status,
    // What is not the service's word has none of its headers: one of them is the code.
    headers: { ...own, ...headers },
    body: edit === undefined ? given : edit(given, context),
    cut,
  };
}
