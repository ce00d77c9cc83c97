/** Whether a person is among others: "Ann" and "ann" are taken for one. */
export function isOneOf(persons: readonly string[], person: string): boolean {
  return persons.some((other) => other.toLowerCase() === person.toLowerCase());
}
