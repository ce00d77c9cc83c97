import type { Context } from "hono";
import type { Environment } from "../contract/environment.ts";
import type { RecordedAt } from "../contract/execution-record.ts";
import { textProblem } from "../contract/text-problem.ts";
import { executionIn, isPlan } from "../drive/plan-document.ts";
import type { Changes } from "./changes.ts";
import type { Caller, Connection, DoorScope, HandlerOptions } from "./door-parts.ts";
import { pointedAt, RequestError } from "./problem.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { Runner } from "./runner.ts";

/** What the handler keeps with a request. */
export interface DoorEnv {
  readonly Bindings: Connection;
  readonly Variables: {
    readonly caller: Caller;
    /** Gives the request's seat back, and the bytes of its body: before it waits, and once it is answered. */
    readonly leave: () => void;
  };
}

/** A request under way. */
export type DoorContext = Context<DoorEnv>;

/** What the routes share. */
export interface Door extends Pick<HandlerOptions, "purchaser" | "ledger"> {
  readonly runner: Runner;
  readonly changes: Changes;
  readonly requireApproval: boolean;
  readonly twoPersons: boolean;
  readonly limits: RequestLimits;
  readonly sleep: Environment["sleep"];
  readonly now: Environment["now"];
}

/** The methods that change nothing. */
export const readingMethods: readonly string[] = ["GET", "HEAD"];

/** Throws a RequestError `not-permitted` where the caller lacks a scope. */
export function checkScope({ scopes }: Caller, scope: DoorScope): void {
  if (!scopes.includes(scope)) throw new RequestError("not-permitted", `This needs the scope ${scope}.`);
}

/** The execution id in the path. Throws a RequestError for one that no execution can have. */
export function executionIdIn(c: DoorContext): string {
  return checkedId(c.req.param("executionId") ?? "", { parameter: "executionId" });
}

/** Throws a RequestError for an id that no execution can have, or that no path can hold. */
export function checkedId(executionId: string, at: { readonly parameter?: string; readonly pointer?: string }): string {
  // Every client takes these two for steps in the path, however they are escaped.
  const isStep = executionId === "." || executionId === "..";
  const problem = isStep ? "must not be a step in a path" : textProblem(executionId);
  if (problem === undefined) return executionId;
  const problems = [{ ...at, detail: problem }];
  throw new RequestError("malformed-request", `executionId ${problem}. Nothing was recorded.`, { problems });
}

/** The id that a body names, where it names one: an execution, or a plan of one. */
export function idIn(body: unknown): string | undefined {
  const { executionId } = Object(executionIn(body)) as { readonly executionId?: unknown };
  return typeof executionId === "string" ? executionId : undefined;
}

/** Where a body names its id: the path of the field. */
export function idPathIn(body: unknown): readonly string[] {
  return isPlan(body) ? ["execution", "executionId"] : ["executionId"];
}

/** Throws a RequestError for an id under which this caller may have no execution. `at`: where its body names it. */
export function checkOwnId({ executionIdPrefix = "" }: Caller, executionId: string, at: readonly string[]): void {
  checkedId(executionId, { pointer: `#/${at.join("/")}` });
  if (executionId.startsWith(executionIdPrefix)) return;
  const begin = JSON.stringify(executionIdPrefix);
  throw new RequestError(
    "not-permitted",
    `The executionId of this caller has to begin with ${begin}. Nothing was recorded.`,
    { problems: [pointedAt(at, `must begin with ${begin}`)] },
  );
}

/** An execution that the caller may see. Throws a RequestError `not-found` for any other. */
export async function visible(
  { ledger }: Pick<Door, "ledger">,
  { name, scopes }: Caller,
  executionId: string,
): Promise<RecordedAt> {
  const recorded = await ledger.recorded(executionId);
  // One that nobody submitted over HTTP is no caller's.
  const isVisible = scopes.includes("all") || recorded?.execution.owner?.caller === name;
  if (recorded !== undefined && isVisible) return recorded;
  throw notFound("There is no such execution.");
}

/** That there is nothing, or nothing that the caller may see. */
export function notFound(message: string): RequestError {
  return new RequestError("not-found", message);
}

/** The place in the path. Throws a RequestError for what is no number of a recommendation. */
export function recIndexIn(c: DoorContext): number {
  const text = c.req.param("recIndex") ?? "";
  if (/^(?:0|[1-9]\d{0,5})$/.test(text)) return Number(text);
  throw notFound("There is no such recommendation: they are counted from 0.");
}
