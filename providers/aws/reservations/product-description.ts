/** Engines that are sold with a licence or without: the product description says which, in ways that differ. */
const licensedEngine = /^(custom-)?(oracle|sqlserver|db2)-/;

/**
 * A product description of RDS in the one spelling that this package compares and records: `oracle-se2 (byol)`.
 *
 * AWS writes `oracle-se2(li)` and `oracle-se2 (byol)` in its answers, with and without a blank, and wants
 * `oracle-se2-byol` as a filter.
 */
export function normaliseDescription(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/[- ]?\((\w+)\)$|-(byol|li)$/, (_all, inBrackets?: string, afterHyphen?: string) => {
      return ` (${inBrackets ?? afterHyphen})`;
    });
}

/** Whether offerings of it come in several licences, so that a filter would have to know AWS' spelling of the day. */
export function hasLicence(description: string): boolean {
  return licensedEngine.test(description);
}

/**
 * Whether an offering or a reservation is what was asked for; both normalised. A licensed engine that is asked for without
 * its licence is met by each of them: where AWS sells several, that is for the choice among the offerings to refuse.
 */
export function fitsDescription(asked: string, found: string): boolean {
  return asked === found || (hasLicence(asked) && !asked.endsWith(")") && found.replace(/ \(\w+\)$/, "") === asked);
}
