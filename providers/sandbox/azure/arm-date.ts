/** As Azure writes times: seven decimals. `milliseconds` since 1970. */
export function armDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "0000Z");
}

/** The same day so many months later. */
export function addMonths(milliseconds: number, months: number): Date {
  const date = new Date(milliseconds);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date;
}
