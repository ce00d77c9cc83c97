import { checkOwnId, type Door, type DoorContext, executionIdIn, idIn, idPathIn } from "./door-context.ts";
import { isPlan } from "../drive/plan-document.ts";
import { reportAnswer } from "./answers.ts";
import { reportSchema } from "./door-schemas.ts";
import { keyMissing, readKey } from "./idempotency-key.ts";
import { pointedAt } from "./problem.ts";
import { reportHeaders } from "./response-headers.ts";
import { type AnyRoute, invalidFields, type Parameter, route } from "./routes.ts";

/** `Prefer: wait=N`. */
export const preferWait: Parameter = {
  name: "Prefer",
  in: "header",
  description: "wait=N: the answer comes once nothing is worked on any more, or after N seconds (at most 60).",
};

const preferStrict: Parameter = {
  ...preferWait,
  description: `${preferWait.description} handling=strict: repeated while it is worked on, it is a conflict (409 in-progress).`,
};

/** `Idempotency-Key`. */
export const keyHeader: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "A string of up to 255 characters, the same for every repetition. It never expires.",
};

const requireApproval: Parameter = {
  name: "requireApproval",
  in: "query",
  description: "true: nothing of it is bought before a person approved it.",
};

const answers = { 200: reportSchema, 202: reportSchema };

/** The routes that record an execution. */
export function submitRoutes(door: Door): readonly AnyRoute[] {
  return [
    route<unknown>({
      method: "put",
      path: "/v1/executions/{executionId}",
      summary: "Records an execution, then has it driven. Repeated, it changes and starts nothing.",
      scope: "write",
      parameters: [keyHeader, requireApproval, preferStrict],
      body: "execution",
      answers,
      headers: [...reportHeaders, "Idempotency-Replayed"],
      handle: (c, body) => {
        const executionId = executionIdIn(c);
        return submit(door, c, { body: withId(body, executionId), key: keyIn(c) });
      },
    }),
    route<unknown>({
      method: "post",
      path: "/v1/executions",
      summary: "The same, with the id in the body.",
      scope: "write",
      parameters: [{ ...keyHeader, required: true }, requireApproval, preferStrict],
      body: "execution",
      answers,
      headers: [...reportHeaders, "Idempotency-Replayed"],
      handle: (c, body) => {
        const key = keyIn(c);
        if (key === undefined) throw keyMissing();
        return submit(door, c, { body, key });
      },
    }),
  ];
}

/** The key of a request; undefined where it has none. Throws a RequestError for one that is none. */
export function keyIn(c: DoorContext): string | undefined {
  const header = c.req.header("idempotency-key");
  return header === undefined ? undefined : readKey(header);
}

/** What is submitted, and under which key. */
interface Asked {
  readonly body: unknown;
  readonly key: string | undefined;
}

/** Records it, and has it driven if this request recorded it. Throws a RequestError, or what submitting throws. */
async function submit(door: Door, c: DoorContext, { body, key }: Asked): Promise<Response> {
  const caller = c.get("caller");
  const named = idIn(body);
  if (named !== undefined) checkOwnId(caller, named, idPathIn(body));
  // What the server demands holds for what it records; what is recorded already is answered as it is.
  const isDemanded =
    door.requireApproval && !(named !== undefined && (await door.ledger.recorded(named)) !== undefined);
  const { execution, state, isReplay, recorded } = await door.purchaser.submit(body, {
    twoPersons: isDemanded && door.twoPersons,
    requireApproval: isDemanded || isAsked(c.req.query("requireApproval")),
    submitter: { caller: caller.name, ...(key === undefined ? {} : { key }) },
  });
  // A repetition starts nothing: what is left of an accepted one, the sweep takes up.
  if (!isReplay && state === "working") door.runner.add(execution.executionId);
  return reportAnswer(door, c, execution.executionId, { isReplay, isAccepted: true, recorded });
}

function isAsked(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw invalidFields("The query", [{ parameter: "requireApproval", detail: "must be true or false" }]);
}

/** A body with the id that its path names; a plan names it by itself. Throws a RequestError for one that names another. */
function withId(body: unknown, executionId: string): unknown {
  if (isPlan(body)) {
    const named = idIn(body);
    if (named === undefined || named === executionId) return body;
    throw invalidFields("The body", [pointedAt(idPathIn(body), "must be the one in the path")]);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { executionId: named = executionId } = body as { readonly executionId?: unknown };
  if (named === executionId) return { ...body, executionId };
  throw invalidFields("The body", [pointedAt(["executionId"], "must be the one in the path, or be left out")]);
}
