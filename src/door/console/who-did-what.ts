import type { ExecutionEntry, ExecutionRecord } from "../../contract/execution-record.ts";
import { redrivePerson } from "../../contract/execution-state.ts";
import type { HistoryEntry } from "../../contract/ledger.ts";
import { type Html, html, timeText } from "../../report/html.ts";
import { countText } from "../../report/page-parts.ts";
import { foreign, timeMark } from "./console-frame.ts";
import { link, placePath } from "./console-links.ts";
import { inTheConsole } from "./console-texts.ts";
import type { ShownExecution } from "./read-execution.ts";

/** What was done about an execution, in a word or two. */
export const eventWords: Readonly<Record<ExecutionEntry["event"], string>> = {
  record: "Recorded",
  approve: "Approved",
  cancel: "Cancelled",
  reopen: "Reopened",
  confirm: "Confirmed",
  limits: "Limits changed",
  source: "Source changed",
  skip: "Recommendation dropped",
  elsewhere: "Said to be bought elsewhere",
};

/** What persons did about the execution and its recommendations. */
export function whoPart({ history, steps: lines, places, recorded }: ShownExecution): Html {
  const { executionId } = recorded.execution;
  const byToken = new Map(places.map(({ outcome }) => [outcome.token, outcome.recIndex]));
  const own = history.map(({ at, event, person, reason, detail }) => {
    if (event === "record") return { at, what: recordedText(recorded.execution), person, reason };
    // The hash of the terms says nothing to a person.
    const more = event === "approve" ? "" : detail;
    return {
      at,
      what: html`${eventWords[event]}${more === "" ? undefined : html`: ${foreign(inTheConsole(more).replaceAll(/(?<=^|\s)#(?=\d)/g, "no. "))}`}`,
      person,
      reason,
    };
  });
  const decided = lines
    .filter(({ event }) => event === "decide")
    .map(({ at, token, detail }) => {
      const recIndex = byToken.get(token) ?? 0;
      const address = link(placePath(executionId, recIndex));
      return {
        at,
        what: html`<a href="${address}">No. ${recIndex}</a>: ${foreign(detail)}`,
        person: undefined,
        reason: undefined,
      };
    });
  const all = [...own, ...decided, ...redrives(lines)].toSorted((a, b) => a.at - b.at);
  return html`<section aria-labelledby="who">
    <h2 id="who">Who did what</h2>
    <ol class="who-did">
      ${all.map(
        ({ at, what, person, reason }) =>
          html`<li>
            ${timeMark(at, timeText(at))}
            <span>
              ${what}${person === undefined ? undefined : html` by <strong>${foreign(person)}</strong>`}${reason === undefined ? undefined : html`: ${foreign(reason)}`}
            </span>
          </li>`,
      )}
    </ol>
  </section>`;
}

/** Who submitted it, and how much of it. */
function recordedText({ owner, size, approvalRequired }: ExecutionRecord): Html {
  const much = `${countText(size, "recommendation")}${approvalRequired ? ", to be approved" : ""}`;
  return owner === undefined
    ? html`Recorded: ${much}`
    : html`Submitted by <strong>${foreign(owner.caller)}</strong>: ${much}`;
}

/** Re-drives that persons asked for: each once, for all recommendations that it was about. */
function redrives(lines: readonly HistoryEntry[]) {
  const asked = lines.filter(({ event }) => event === "redrive");
  const byRequest = Map.groupBy(asked, (entry) => `${entry.at} ${redrivePerson(entry) ?? ""}`);
  return [...byRequest.values()].flatMap(([first]) => {
    if (first === undefined) return [];
    const person = redrivePerson(first);
    const what = person === undefined ? html`Re-drive` : html`Re-drive asked for`;
    return [{ at: first.at, what, person, reason: undefined }];
  });
}
