import type { OutcomeStatus } from "../../spec/report.ts";

/** How a status looks on a terminal: a sign and a colour. */
export const statusStyle: Readonly<
  Record<OutcomeStatus, { readonly sign: string; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  purchased: { sign: "✔", colour: "green" },
  "already-purchased": { sign: "✔", colour: "cyan" },
  "in-progress": { sign: "…", colour: "yellow" },
  refused: { sign: "✖", colour: "red" },
  rejected: { sign: "✖", colour: "red" },
  unresolved: { sign: "?", colour: "yellow" },
};
