import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import { formatMoney } from "../../contract/money.ts";
import { noteOn, type Output, type Paint, widthOf } from "../terminal/terminal.ts";
import { eventText } from "../text/event-text.ts";
import { statusStyle, why } from "../text/table-cells.ts";
import type { Progress } from "./progress.ts";

/** Milliseconds between two frames: smooth to the eye, cheap over ssh. */
const frameTime = 100;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

interface Line {
  readonly text: string;
  readonly state: "waiting" | "moving" | "finished";
  readonly paintSign: (frame: string) => string;
}

/** Progress that redraws its lines in place. Shows as many recommendations as there is room for, moving ones first. */
export function createLiveLines(
  stream: Output,
  paint: Paint,
  descriptions: readonly string[],
  numbers: readonly string[],
): Progress {
  const numberWidth = Math.max(...numbers.map((text) => text.length));
  const started = Date.now();
  const whatWidth = Math.min(52, Math.max(...descriptions.map((text) => text.length)));
  const lines: Line[] = descriptions.map(() => ({
    text: paint("dim", "waiting"),
    state: "waiting",
    paintSign: () => paint("dim", "·"),
  }));
  let headline = "";
  let drawn = 0;
  let frame = 0;

  function block(): readonly string[] {
    const finished = lines.filter(({ state }) => state === "finished").length;
    const seconds = Math.floor((Date.now() - started) / 1000);
    const head = `${paint("bold", `${finished} of ${lines.length}`)} done, ${seconds} s${headline === "" ? "" : `, ${headline}`}`;
    const shown = shownOf(lines, Math.max(3, (stream.rows ?? 24) - 3));
    const width = widthOf(stream) - 1;
    const sign = frames[frame % frames.length] ?? "";
    return [
      cut(head, width),
      ...shown.map((index) => {
        const line = lines[index];
        const number = (numbers[index] ?? "").padStart(numberWidth);
        const what = cleanText(descriptions[index] ?? "");
        const shownWhat = what.length > whatWidth ? `${what.slice(0, whatWidth - 1)}…` : what.padEnd(whatWidth);
        return cut(`${line?.paintSign(sign)} ${paint("dim", number)} ${shownWhat}  ${line?.text}`, width);
      }),
      ...(shown.length < lines.length ? [paint("dim", `  and ${lines.length - shown.length} more`)] : []),
    ];
  }
  const erase = () => (drawn === 0 ? "" : `\r\u001B[${drawn}A\u001B[0J`);
  function draw(): void {
    const next = block();
    stream.write(`${erase()}${next.join("\n")}\n`);
    drawn = next.length;
    frame++;
  }
  function clear(): void {
    stream.write(erase());
    drawn = 0;
  }

  draw();
  const timer = setInterval(draw, frameTime).unref();
  return {
    event: (event) => {
      if (event.type === "listing" || event.type === "listed" || event.type === "still-pending")
        headline = eventText(event);
      if ("recIndex" in event) lines[event.recIndex] = lineOf(event, paint);
    },
    note: (text) => {
      clear();
      noteOn(stream)(text);
      draw();
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function lineOf(event: DriveEvent & { readonly recIndex: number }, paint: Paint): Line {
  if (event.type !== "finished") {
    return { text: eventText(event), state: "moving", paintSign: (frame) => paint("cyan", frame) };
  }
  const { status, price } = event.outcome;
  const { sign, colour } = statusStyle[status];
  const parts = [status, ...(price ? [formatMoney(price)] : []), why(event.outcome)];
  return { text: paint(colour, parts.join("  ")), state: "finished", paintSign: () => paint(colour, sign) };
}

/** Which lines are shown where there is room for so many: what moves first, each in its place. */
function shownOf(lines: readonly Line[], room: number): readonly number[] {
  const order = { moving: 0, waiting: 1, finished: 2 };
  return [...lines.keys()]
    .toSorted((a, b) => order[lines[a]?.state ?? "waiting"] - order[lines[b]?.state ?? "waiting"])
    .slice(0, room)
    .toSorted((a, b) => a - b);
}

/** A line with colours, cut to a width: escape sequences take no room. */
function cut(line: string, width: number): string {
  let room = width;
  let result = "";
  // oxlint-disable-next-line no-control-regex -- the escape character of colours
  for (const [part] of line.matchAll(/\u001B\[[\d;]*m|./gu)) {
    if (part.startsWith("\u001B")) result += part;
    else if (room-- > 0) result += part;
  }
  return result;
}
