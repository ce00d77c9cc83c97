import { messageOf } from "../../contract/errors.ts";

/** Closes what was opened; what goes wrong then is noted, and changes nothing about what was bought. */
export async function close(
  name: string,
  resource: { close(): Promise<void> } | undefined,
  note: (text: string) => void,
): Promise<void> {
  try {
    await resource?.close();
  } catch (error) {
    note(`The ${name} did not close cleanly: ${messageOf(error)}`);
  }
}
