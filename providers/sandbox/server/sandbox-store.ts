import type { JsonObject, JsonValue } from "../../../src/contract/json.ts";
import { openJournal } from "./journal.ts";

/** Values by id, in the order in which the ids were first set. */
export interface Collection<T extends JsonValue> {
  readonly size: number;
  get(id: string): T | undefined;
  set(id: string, value: T): void;
  delete(id: string): void;
  values(): readonly T[];
}

/** The state of all imitations. What was set is in the journal file when `set` returns. */
export interface SandboxStore {
  /** Name without a slash. Its values are trusted to be of the type: nothing else writes them. */
  collection<T extends JsonValue>(name: string): Collection<T>;
  /** Everything, by `collection/id`. */
  snapshot(): JsonObject;
  close(): void;
}

/**
 * In memory, and with a state file also in its journal. Throws a RefusedError `invalid-configuration` when the file
 * cannot be used or is used by another sandbox.
 */
export function createStore(stateFile: string | undefined): SandboxStore {
  const collections = new Map<string, Map<string, JsonValue>>();
  const named = (name: string) => {
    const found = collections.get(name) ?? new Map<string, JsonValue>();
    collections.set(name, found);
    return found;
  };
  const put = (key: string, value: JsonValue | undefined) => {
    const slash = key.indexOf("/");
    const values = named(key.slice(0, slash));
    if (value === undefined) {
      values.delete(key.slice(slash + 1));
    } else {
      values.set(key.slice(slash + 1), value);
    }
  };
  const entries = () =>
    [...collections].flatMap(([name, values]) =>
      [...values].map(([id, value]): [string, JsonValue] => [`${name}/${id}`, value]),
    );

  const journal = stateFile === undefined ? undefined : openJournal(stateFile, { replay: put, entries });
  const write = (key: string, value: JsonValue | undefined) => {
    journal?.append(key, value);
    put(key, value);
  };

  return {
    collection: <T extends JsonValue>(name: string): Collection<T> => {
      const values = named(name) as Map<string, T>;
      return {
        get size() {
          return values.size;
        },
        get: (id) => values.get(id),
        set: (id, value) => write(`${name}/${id}`, value),
        delete: (id) => write(`${name}/${id}`, undefined),
        values: () => [...values.values()],
      };
    },
    snapshot: () => Object.fromEntries(entries()),
    close: () => journal?.close(),
  };
}
