/** Engines that AWS sells with a licence or for a licence of one's own. */
const licensedEngine = /^(custom-)?(oracle|sqlserver|db2)-/;

/**
 * A product description of RDS in the one spelling that this package compares and records.
 *
 * Of an engine with a licence AWS writes `oracle-se2(li)` and `oracle-se2 (byol)` in its answers, with and without a blank,
 * and calls the same two `oracle-se2` and `oracle-se2-byol` in its filter. Here they are `oracle-se2`, the licence included,
 * and `oracle-se2 (byol)`.
 */
export function normaliseDescription(text: string): string {
  const plain = text.trim().toLowerCase().replace(/\s+/g, " ").replace(/ ?\(/, " (");
  return hasLicence(plain) ? plain.replace(/(-| \()byol\)?$/, " (byol)").replace(/(-| \()li\)?$/, "") : plain;
}

/** Whether it is of an engine with a licence: what a filter finds is then spelled otherwise than the answers. */
export function hasLicence(description: string): boolean {
  return licensedEngine.test(description);
}
