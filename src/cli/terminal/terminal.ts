import type { Readable, Writable } from "node:stream";
import { styleText } from "node:util";
import { escapeHidden } from "../../contract/escape-hidden.ts";
import type { Logger } from "../../log/logger.ts";

/** A stream that the command writes to: the process's own, or a test's. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Standard input, and whether it is a person's keyboard. */
export type StandardInput = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };

/** Where the command reads and writes. */
export interface Terminal {
  /** Where questions are answered, or what is read for a file that is `-`. */
  readonly stdin: StandardInput;
  /** Only results: the table, or the JSON document. */
  readonly stdout: Output;
  /** Everything else: progress, questions, notes, errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where standard error is a log: then events go there whole, instead of lines for people. */
  readonly log?: Logger | undefined;
}

/** Puts a text in a colour or weight, or leaves it plain. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Columns that are assumed where a stream does not say: a file, a pipe, a log. */
const widthOfNoTerminal = 120;

/** Whether lines on this stream may be redrawn. */
export function isLive(stream: Output, env: Terminal["env"]): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** Colours for a stream: only on a terminal, and not where NO_COLOR (https://no-color.org) says otherwise. */
export function painter(stream: Output, env: Terminal["env"]): Paint {
  const colours = isLive(stream, env) && (env["NO_COLOR"] ?? "") === "";
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}

/** How many columns a stream has. */
export function widthOf(stream: Output): number {
  return stream.columns && stream.columns > 0 ? stream.columns : widthOfNoTerminal;
}

/** A person is there to be asked, and to see the question. */
export function canAsk({ stdin, stderr, env }: Terminal): boolean {
  return stdin.isTTY === true && isLive(stderr, env);
}

/** Writes a line for a person to a stream; what does not show in it, or could steer a terminal, is written out. */
export function noteOn(stream: Output): (text: string) => void {
  return (text) => void stream.write(`${escapeHidden(text)}\n`);
}

/** What a person answered; `stopped` for Ctrl-C and for a signal. */
export type Answer = "yes" | "no" | "stopped";

/** How a text is asked for. */
export interface TextQuestion {
  /** Shown where nothing is written yet. */
  readonly example: string;
  /** What is wrong with a text: a sentence. Undefined where nothing is. */
  readonly problem: (text: string) => string | undefined;
}

/** What a person is asked for. Each answers undefined for Ctrl-C. */
export interface Questions {
  /** One of these. Enter alone chooses none of them: it leaves the question open, or answers "" where `none` says what that means. */
  readonly choose: (question: string, words: readonly string[], none?: string) => Promise<string | undefined>;
  /** A text that has no problem. */
  readonly text: (question: string, how: TextQuestion) => Promise<string | undefined>;
}

/** How often a question is asked again that Enter left open; then it counts as stopped. */
const mostTimes = 100;

/** Asks on a terminal; the questions go to standard error. */
export function questionsOn(streams: { readonly input: Readable; readonly output: Writable }): Questions {
  return {
    choose: async (question, words, none) => {
      const prompts = await import("@clack/prompts");
      for (let time = 0; time < mostTimes; time += 1) {
        const options = ["", ...words].map((value) => ({ value, label: value === "" ? (none ?? "(choose)") : value }));
        const answer = await prompts.select({ message: question, options, maxItems: 12, ...streams });
        if (prompts.isCancel(answer)) return undefined;
        if (answer !== "" || none !== undefined) return answer;
      }
      return undefined;
    },
    text: async (question, { example, problem }) => {
      const prompts = await import("@clack/prompts");
      const validate = (text: string | undefined) => problem((text ?? "").trim());
      const answer = await prompts.text({ message: question, placeholder: example, validate, ...streams });
      return prompts.isCancel(answer) ? undefined : (answer ?? "").trim();
    },
  };
}

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
