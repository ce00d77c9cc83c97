import { type Door, type DoorContext, executionIdIn, visible } from "./door-context.ts";
import { eventsOf, isComplete } from "./event-stream.ts";
import { RequestError } from "./problem.ts";
import { pulledText } from "./pulled-text.ts";
import { type AnyRoute, invalidFields, route } from "./routes.ts";
import { shuttingDown } from "./service-routes.ts";

/** Milliseconds after which a client is cut that takes nothing of what is sent. */
const stallTime = 30_000;

/** Milliseconds after which a client that was refused one stream too many may try again. */
const comeBackAfter = 10_000;

/** The share of all streams that one caller may have. */
const share = 4;

/** What the routes of streams need beside what all share. */
export interface StreamParts {
  /** Those that are open. */
  readonly open: OpenStreams;
  /** How many may be at once. */
  readonly most: number;
  readonly onError: (error: unknown, about: string) => void;
}

/** Streams that are open, by the name of the caller. */
export type OpenStreams = Map<string, number>;

/** How many are open. */
export function openStreams(open: OpenStreams): number {
  return [...open.values()].reduce((sum, count) => sum + count, 0);
}

/** The route that streams what happens to an execution. */
export function eventRoutes(door: Door, parts: StreamParts): readonly AnyRoute[] {
  return [
    route({
      method: "get",
      path: "/v1/executions/{executionId}/events",
      summary: "What happened and happens to an execution, as server-sent events; the id of each is its number.",
      scope: "read",
      parameters: [
        { name: "Last-Event-ID", in: "header", description: "The number of the last event that is known." },
        { name: "after", in: "query", description: "The same, for clients that cannot set the header." },
      ],
      answers: { 200: "events", 204: "nothing" },
      handle: (c) => eventsAnswer(door, c, parts),
    }),
  ];
}

async function eventsAnswer(door: Door, c: DoorContext, { open, most, onError }: StreamParts): Promise<Response> {
  const [executionId, caller] = [executionIdIn(c), c.get("caller")];
  const { after, isResumed } = placeIn(c);
  const recorded = await visible(door, caller, executionId);
  if (door.runner.draining.aborted) throw shuttingDown();
  if (after > 0) await checkPlace(door, executionId, after);
  // Whoever reconnects by itself is told so to stop.
  const isOver =
    isResumed && isComplete(recorded) && (await door.ledger.historySince(executionId, after, 1)).length === 0;
  if (isOver) return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  if (c.req.method === "HEAD") return new Response(null, { headers: streamHeaders });

  takePlace(open, caller.name, most);
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, door.runner.draining]);
  const events = eventsOf(door, { executionId, after, signal });
  const body = pulledText(
    reported(events, (error) => onError(error, `the events of ${JSON.stringify(executionId)}`)),
    {
      sleep: door.sleep,
      stallTime,
      cut: () => {
        c.env.outgoing?.destroy();
        return c.env.outgoing !== undefined;
      },
      ended: () => {
        gone.abort();
        void events.return();
        freePlace(open, caller.name);
      },
    },
  );
  return new Response(body, { headers: streamHeaders });
}

const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  // Or a proxy keeps them until there are many.
  "x-accel-buffering": "no",
};

/** The same pieces; where making one fails they end, so that the client comes again. */
async function* reported(
  pieces: AsyncGenerator<string, void>,
  onError: (error: unknown) => void,
): AsyncGenerator<string, void> {
  try {
    yield* pieces;
  } catch (error) {
    onError(error);
  }
}

/** Where the client goes on, and whether it does so after a connection that it lost. */
function placeIn(c: DoorContext): { readonly after: number; readonly isResumed: boolean } {
  const header = c.req.header("last-event-id");
  const query = c.req.query("after");
  for (const [parameter, text] of [
    ["Last-Event-ID", header],
    ["after", query],
  ] as const) {
    if (text === undefined || /^(?:0|[1-9]\d{0,14})$/.test(text)) continue;
    throw invalidFields("The request", [{ parameter, detail: "must be the number of an event" }]);
  }
  // A browser names in the header how far it came since it was given the query.
  return { after: Number(header ?? query ?? 0), isResumed: header !== undefined };
}

/** Throws a RequestError for a number that no event has: what comes under it later would be taken for known. */
async function checkPlace({ ledger }: Door, executionId: string, after: number): Promise<void> {
  const [entry] = await ledger.historySince(executionId, after - 1, 1);
  if (entry !== undefined) return;
  const detail = "is no event of this execution; where the ledger was restored, read from the beginning";
  throw invalidFields("The request", [{ parameter: "Last-Event-ID", detail }]);
}

function takePlace(open: OpenStreams, caller: string, most: number): void {
  const own = open.get(caller) ?? 0;
  const all = openStreams(open);
  if (all >= most || own >= Math.max(1, Math.floor(most / share))) {
    const message = `There are ${own} event streams of this caller and ${all} in all. Nothing was begun. Close one, or read the execution from time to time.`;
    throw new RequestError("too-many-streams", message, { retryAfter: comeBackAfter });
  }
  open.set(caller, own + 1);
}

function freePlace(open: OpenStreams, caller: string): void {
  const left = (open.get(caller) ?? 1) - 1;
  if (left === 0) open.delete(caller);
  else open.set(caller, left);
}
