import type { LookFor } from "../inspect/look-for.ts";
import { type LookForLine, placeLines, sendLines } from "../inspect/look-for-words.ts";
import { amountText, type Html, html } from "./html.ts";

/** What a person looks for at a provider, as a list: where, when, as what, with which command; and how to say what was found. */
export function lookForPart(lookFor: LookFor): Html {
  return html`<dl class="look">
    ${entries(placeLines(lookFor))} ${lookFor.sent.map((send) => sendEntries(send))}
    ${lookFor.decide.map(({ finding, command }) => entry(finding, commandText(command)))}
  </dl>`;
}

/** What one send would show as, and the command that looks for it. */
export function sendEntries(send: LookFor["sent"][number]): Html {
  const { command } = send;
  return html`${entries(sendLines(send, amountText))}
  ${command === undefined ? undefined : entry("Look with", commandText(command))}`;
}

function entries(lines: readonly LookForLine[]): Html {
  return html`${lines.map(([name, text]) => entry(name, html`${text}`))}`;
}

function entry(name: string, value: Html): Html {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

function commandText(command: string): Html {
  return html`<code class="command">${command}</code>`;
}
