import { type Html, html, timeText } from "./html.ts";

/** A moment in the picture. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: MarkKind;
  readonly what: string;
}

/** How a moment looks: each kind has a shape of its own, for those who see no colours. */
export type MarkKind = "small" | "sent" | "good" | "bad" | "alarm" | "person";

/** A line of the picture: a recommendation, or the execution itself. */
export interface Lane {
  readonly label: string;
  /** Oldest first. */
  readonly marks: readonly Mark[];
}

const [labels, width, lane, head, edge] = [110, 760, 24, 26, 14];

const words: Readonly<Record<MarkKind, string>> = {
  small: "a step",
  sent: "sent",
  good: "bought",
  bad: "not bought",
  alarm: "not known",
  person: "a person",
};

/** The kind of a line of the history. */
export function markKind(event: string): MarkKind {
  if (event === "purchase") return "good";
  if (event === "submit" || event === "resend") return "sent";
  if (event === "reject" || event === "refuse") return "bad";
  if (["unknown", "park", "evidence", "reopen"].includes(event)) return "alarm";
  return event === "decide" ? "person" : "small";
}

/**
 * What happened when, as a picture: one line for each lane. Long pauses are drawn shorter than they are, so that seconds and days fit
 * into one picture; the axis says how long after the first moment. Undefined where nothing happened. Pure.
 */
export function timelinePicture(lanes: readonly Lane[], title: string): Html | undefined {
  const times = [...new Set(lanes.flatMap(({ marks }) => marks.map(({ at }) => at)))].toSorted((a, b) => a - b);
  const [first] = times;
  if (first === undefined) return undefined;
  const xOf = placesOf(times);
  const height = head + lanes.length * lane + 6;
  const kinds = new Set(lanes.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  return html`<figure class="timeline">
    <div class="scroll" tabindex="0" role="group" aria-label="${title}">
      <svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
        ${ticksOf(times, xOf).map(
          ({ x, text }) =>
            html`<line class="tick" x1="${x}" x2="${x}" y1="${head - 6}" y2="${height}" /><text
                class="axis ${x > width - tickRoom / 2 ? "last" : ""}"
                x="${x}"
                y="14"
                >${text}</text
              >`,
        )}
        ${lanes.map((one, index) => laneOf(one, head + index * lane + lane / 2, xOf))}
      </svg>
    </div>
    <figcaption>
      <span>From ${timeText(first)} UTC; long pauses are drawn shorter.</span>
      ${[...kinds].map(
        (kind) =>
          html`<span class="key"
            ><svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">${shape(kind, 0, 0)}</svg>
            ${words[kind]}</span
          >`,
      )}
    </figcaption>
  </figure>`;
}

function laneOf({ label, marks }: Lane, y: number, xOf: (at: number) => number): Html {
  const xs = marks.map(({ at }) => xOf(at));
  return html`<g>
    <text class="lane" x="0" y="${y + 4}">${label}</text>
    <line class="track" x1="${xs[0] ?? labels}" x2="${xs.at(-1) ?? labels}" y1="${y}" y2="${y}" />
    ${marks.map(
      ({ at, kind, what }) =>
        html`<g>
          <title>${timeText(at)} UTC: ${what}</title>
          ${shape(kind, xOf(at), y)}
        </g>`,
    )}
  </g>`;
}

function shape(kind: MarkKind, x: number, y: number): Html {
  const around = (points: readonly (readonly [number, number])[]) =>
    html`<polygon class="mark ${kind}" points="${points.map(([dx, dy]) => `${x + dx},${y + dy}`).join(" ")}" />`;
  switch (kind) {
    case "small":
      return html`<circle class="mark small" cx="${x}" cy="${y}" r="2.5" />`;
    case "good":
      return html`<circle class="mark good" cx="${x}" cy="${y}" r="6" />`;
    case "sent":
      return around([
        [-5, -6],
        [6, 0],
        [-5, 6],
      ]);
    case "bad":
      return around([
        [-5, -5],
        [5, -5],
        [5, 5],
        [-5, 5],
      ]);
    case "alarm":
      return around([
        [0, -7],
        [7, 6],
        [-7, 6],
      ]);
    case "person":
      return around([
        [0, -7],
        [7, 0],
        [0, 7],
        [-7, 0],
      ]);
  }
}

/** Where a moment is drawn: a pause ten times as long takes up a little more room, not ten times as much. */
function placesOf(times: readonly number[]): (at: number) => number {
  const gaps = times.map((at, index) => (index === 0 ? 0 : Math.log2(2 + (at - (times[index - 1] ?? at)) / 1000)));
  const all = gaps.reduce((sum, gap) => sum + gap, 0);
  const places = new Map<number, number>();
  let sum = 0;
  for (const [index, at] of times.entries()) {
    sum += gaps[index] ?? 0;
    const share = all === 0 ? 0 : sum / all;
    places.set(at, Math.round((labels + edge + share * (width - labels - 2 * edge)) * 10) / 10);
  }
  return (at) => places.get(at) ?? labels;
}

/** Pixels between two labels of the axis. */
const tickRoom = 96;

function ticksOf(times: readonly number[], xOf: (at: number) => number) {
  const ticks: { readonly x: number; readonly text: string }[] = [];
  const [first = 0] = times;
  for (const at of times) {
    const x = xOf(at);
    const last = ticks.at(-1);
    if (last === undefined || x - last.x >= tickRoom) ticks.push({ x, text: afterText(at - first) });
  }
  return ticks;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** `+2 h 5 min`: how long after, in two units at most. */
function afterText(milliseconds: number): string {
  let left = milliseconds;
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  if (parts.length > 0) return `+${parts.join(" ")}`;
  return milliseconds === 0 ? "0 s" : `+${milliseconds} ms`;
}
