import type { Readable, Writable } from "node:stream";

/** What a person answered; `stopped` for Ctrl-C and for a signal. */
export type Answer = "yes" | "no" | "stopped";

/** Asks a question whose answer is No unless the person says otherwise. The question goes to standard error. */
export async function confirm(
  question: string,
  { input, output, signal }: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal },
): Promise<Answer> {
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: question, initialValue: false, input, output, signal });
  if (prompts.isCancel(answer)) return "stopped";
  return answer ? "yes" : "no";
}
