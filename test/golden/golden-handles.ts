import { type GoldenRow, longAfter, type NamedAnswer } from "./golden-row.ts";

/** What an earlier drive with another ledger bought is there, and the listing does not show it. */
export function onWhatIsThere(answers: readonly NamedAnswer[], states: readonly string[]): readonly GoldenRow[] {
  return answers.flatMap(([name, answer]): GoldenRow[] => {
    const row = (what: string, there: GoldenRow["there"], trouble: GoldenRow["trouble"] = "unlisted"): GoldenRow => ({
      row: `bought with another ledger, ${what}: ${name}`,
      sends: [answer],
      ...(there ? { there } : {}),
      ...(trouble ? { trouble } : {}),
    });
    return [
      row("the same", { asked: "same" }),
      ...states.map((state) => row(`the same, ${state}`, { asked: "same", state })),
      row("something else", { asked: "other" }),
      row("not shown", { asked: "same" }, "unseen"),
      row("unreadable", { asked: "same" }, "unreadable"),
      row("unreadable from the beginning", { asked: "same" }, "denied"),
    ];
  });
}

/** What a drive finds under the handle of a send whose driver was stopped, at once and long after. */
export function onItsHandle(states: readonly string[]): readonly GoldenRow[] {
  return [0, longAfter].flatMap((later): GoldenRow[] => {
    const when = later === 0 ? "at once" : "long after";
    return [
      { row: `left open, ${when}: it was bought`, before: { send: "lost-answer", later } },
      ...states.map((becomes): GoldenRow => ({
        row: `left open, ${when}: it was bought and is ${becomes}`,
        before: { send: { becomes, cut: true }, later },
      })),
      { row: `left open, ${when}: it never arrived`, before: { send: "lost-request", later } },
      {
        row: `left open, ${when}: it never arrived, and looks are denied`,
        before: { send: "lost-request", later },
        trouble: "denied",
      },
      {
        row: `left open, ${when}: it was bought, and looks are denied`,
        before: { send: "lost-answer", later },
        trouble: "denied",
        next: {},
      },
      {
        row: `left open, ${when}: it was bought, and nothing shows`,
        before: { send: "lost-answer", later },
        trouble: "unseen",
        next: {},
      },
    ];
  });
}

/** The same, and then another ledger's drive bought under the token. */
export function left(): readonly GoldenRow[] {
  return [0, longAfter].flatMap((later): GoldenRow[] => {
    const when = later === 0 ? "at once" : "long after";
    return [
      {
        row: `left open, ${when}: it never arrived, and another ledger's drive bought the same`,
        before: { send: "lost-request", later },
        there: { asked: "same" },
      },
      {
        row: `left open, ${when}: it never arrived, and another ledger's drive bought something else`,
        before: { send: "lost-request", later },
        there: { asked: "other" },
      },
      {
        row: `left open, ${when}: the same, and it is not listed`,
        before: { send: "lost-request", later },
        there: { asked: "other" },
        trouble: "unlisted",
      },
    ];
  });
}

/** The listing shows what another ledger's drive bought, before anything is sent. */
export function listed(): readonly GoldenRow[] {
  return [
    { row: "listed: another ledger's drive bought the same", there: { asked: "same" } },
    { row: "listed: another ledger's drive bought something else", there: { asked: "other" } },
  ];
}
