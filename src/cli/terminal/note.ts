import { escapeHidden } from "../../contract/escape-hidden.ts";
import type { Output } from "./terminal.ts";

/** Writes a line for a person to a stream; what does not show in it, or could steer a terminal, is written out. */
export function noteOn(stream: Output): (text: string) => void {
  return (text) => void stream.write(`${escapeHidden(text)}\n`);
}
