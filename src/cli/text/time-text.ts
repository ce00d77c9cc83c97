/** A time of the ledger (milliseconds since 1970) for a table: `2026-11-22 09:05:00`, in UTC. */
export function timeText(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
