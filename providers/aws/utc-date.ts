/**
 * A time that a service writes as a text of ISO 8601 in UTC, with or without saying so: MediaLive documents `2018-03-01T00:00:00`.
 * Undefined for anything else.
 */
export function utcDate(text: string | undefined): Date | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return undefined;
  const date = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
