import { labelsText, type Words } from "../../contract/labels.ts";
import { type Html, html } from "../../report/html.ts";
import { foreign } from "./console-frame.ts";

/** The note and the labels that came with an execution or a recommendation. */
export function noteLine({ note, labels }: Words = {}): readonly Html[] {
  return [
    ...(note === undefined ? [] : [html`<p class="note">Note: ${foreign(note)}</p>`]),
    ...(labels === undefined ? [] : [html`<p class="note">${foreign(labelsText(labels))}</p>`]),
  ];
}
