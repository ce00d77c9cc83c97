import { todoOf, adviceOf } from "../../contract/error-advice.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import { html } from "../../report/html.ts";
import { inTheConsole } from "./console-texts.ts";
import { bareFrame, foreign } from "./console-frame.ts";
import { pageAnswer } from "./console-parts.ts";

/** A problem as a page: the same words, status and headers. */
export async function problemPage(problem: Response): Promise<Response> {
  const { status, code, detail } = (await problem.json()) as {
    readonly status: number;
    readonly code: ErrorCode;
    readonly detail: string;
  };
  const headers = Object.fromEntries(
    [...problem.headers].filter(([name]) => !["content-type", "content-length", "cache-control"].includes(name)),
  );
  const title = titles[status] ?? (status >= 500 ? "The server could not do it" : "It was not done");
  const page = html`<h1>${title}</h1>
    <p>${foreign(inTheConsole(detail), 4000)}</p>
    <p>${inOwnWords[code] ?? `${adviceOf(code).plain} ${inTheConsole(todoOf(code)).replaceAll("`", "")}`}</p>
    <p class="soft small">${status}, ${code}</p>
    <p><a class="button" href="/">To the executions</a></p>`;
  return pageAnswer(bareFrame(title, page), status, headers);
}

/** What is said to programs in words that say nothing to whoever opened a page. */
const inOwnWords: Partial<Readonly<Record<ErrorCode, string>>> = {
  "not-permitted": "Let somebody do it who may, or have the right that is named granted to you.",
  "not-found":
    "Check the address, and that this is the server that you mean. What others submitted is shown only to those who may see all.",
};

const titles: Readonly<Record<number, string>> = {
  403: "You may not do this",
  404: "There is nothing here",
  503: "The server is not ready",
};
