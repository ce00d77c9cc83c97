/** A reservation as it is recommended: its zone and its name. */
export const reservationPattern = /^[a-z]+-[a-z]+\d{1,2}-[a-z]\/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `us-central1-a` of `us-central1-a/my-reservation`. */
export function zoneOf(reservation: string): string {
  return reservation.split("/")[0] ?? "";
}

/** The link by which it is attached to a commitment of its project. */
export function linkOf(reservation: string, projectId: string): string {
  const [zone, name] = reservation.split("/");
  return `https://www.googleapis.com/compute/v1/projects/${projectId}/zones/${zone}/reservations/${name}`;
}

/** `us-central1-a/my-reservation` out of a link, whole or partial, that may name the project by its number; else the link. */
export function reservationIn(link: string): string {
  const [, zone, name] = /(?:^|\/)zones\/([^/]+)\/reservations\/([^/]+)$/.exec(link) ?? [];
  return zone === undefined || name === undefined ? link : `${zone}/${name}`;
}
