import { type Html, html } from "../../report/html.ts";
import { foreign } from "./console-frame.ts";

/** A note that came with an execution or a recommendation. */
export function noteLine(note: string | undefined): Html | undefined {
  return note === undefined ? undefined : html`<p class="note">Note: ${foreign(note)}</p>`;
}
