import assert from "node:assert/strict";
import { LedgerError, RefusedError } from "../contract/errors.ts";

/** Runs a test: `test` of node:test, vitest or jest, or a function of one's own. A test that rejects has failed. */
export type TestFunction = (name: string, run: () => Promise<void>) => void;

/** The same, members that are undefined left out: a ledger may leave them out, or store them. */
export function assertSame(actual: unknown, expected: unknown): void {
  assert.deepEqual(defined(actual), defined(expected));
}

/** All that is expected is there, to any depth; further members of objects are skipped, those of arrays are not. */
export function assertMatches(actual: unknown, expected: unknown, path = "it"): void {
  if (!isPlain(expected)) {
    assert.deepEqual(defined(actual), defined(expected), `${path} is ${show(actual)} instead of ${show(expected)}`);
    return;
  }
  assert.ok(typeof actual === "object" && actual !== null, `${path} is ${show(actual)}, no object`);
  for (const [name, value] of Object.entries(expected)) {
    assertMatches((actual as Readonly<Record<string, unknown>>)[name], value, `${path}.${name}`);
  }
}

/** It fails with a LedgerError that has these members. */
export async function assertLedgerError(attempt: Promise<unknown>, expected: { code: string; retryable?: boolean }) {
  await assert.rejects(attempt, (error) => {
    assert.ok(LedgerError.isInstance(error), `${show(error)} is no LedgerError`);
    assertMatches(error, expected, "the error");
    return true;
  });
}

/** It fails with a RefusedError of this code; `message`: what it says. */
export async function assertRefused(attempt: Promise<unknown>, expected: { code: string; message?: RegExp }) {
  await assert.rejects(attempt, (error) => {
    assert.ok(RefusedError.isInstance(error), `${show(error)} is no RefusedError`);
    assert.equal(error.code, expected.code);
    if (expected.message !== undefined) assert.match(error.message, expected.message);
    return true;
  });
}

/** It is made of strings, finite numbers, booleans, null, arrays and plain objects: JSON brings it back unchanged. */
export function assertJson(value: unknown, path: string): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number")
    return assert.ok(Number.isFinite(value), `${path} is ${value}, which JSON cannot hold`);
  if (Array.isArray(value)) return value.forEach((member, index) => assertJson(member, `${path}[${index}]`));
  assert.ok(isPlain(value), `${path} is ${show(value)}, which does not survive JSON`);
  for (const [name, member] of Object.entries(value)) if (member !== undefined) assertJson(member, `${path}.${name}`);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(defined);
  if (!isPlain(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, defined(member)]));
}

function show(value: unknown): string {
  return value instanceof Error ? String(value) : (JSON.stringify(value) ?? String(value));
}
