/** Deeper nesting than anything that is read has. */
const maxDepth = 64;

/** What is rare in a text. What is not is read character by character, for that is faster. The runs are limited: an unlimited one overflows the stack. */
const patterns = {
  escape: /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y,
  number: /-?(?:0|[1-9]\d{0,999})(?:\.\d{1,1000})?(?:[eE][+-]?\d{1,10})?/y,
  word: /true|false|null/y,
};

/** The characters with a meaning of their own, as units of UTF-16. */
const unit = { space: 0x20, tab: 0x09, newline: 0x0a, return: 0x0d, quote: 0x22, backslash: 0x5c } as const;

function isSpace(code: number): boolean {
  return code === unit.space || code === unit.newline || code === unit.return || code === unit.tab;
}

/** Where a JSON text is wrong. */
export interface JsonProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly message: string;
  /** The message without anything of the text: where that may hold a secret. */
  readonly plain: string;
}

class Stopped extends Error {
  readonly at: number;
  readonly plain: string;
  constructor(at: number, message: string, plain = message) {
    super(message);
    this.at = at;
    this.plain = plain;
  }
}

/**
 * The first place at which a text is not the JSON of something that decides what is bought: a syntax error, an object that names a key twice, or
 * nesting without end. `JSON.parse` names the place of only some errors, and of a repeated key it silently takes the
 * last: with two quantities, nobody knows which one was approved.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    check(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const before = text.slice(0, error.at).split("\n");
    const { message, plain } = error;
    return { line: before.length, column: (before.at(-1) ?? "").length + 1, message, plain };
  }
}

/** Reads a text as JSON. Throws `Stopped` at the first problem. */
function check(text: string): void {
  let at = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }
  function fail(expected: string): never {
    const found = text[at];
    throw new Stopped(at, found === undefined ? `the text ends where ${expected} should be` : `expected ${expected}`);
  }
  function skipSpace(): void {
    while (isSpace(text.charCodeAt(at))) at++;
  }
  /** Whether this character comes next, white space skipped; takes it if so. */
  function next(character: string): boolean {
    skipSpace();
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function value(depth: number): void {
    skipSpace();
    if (depth > maxDepth) throw new Stopped(at, `nested more than ${maxDepth} levels deep`);
    if (next("{")) return members(depth);
    if (next("[")) return items(depth);
    if (text[at] === '"') return void string();
    if ((take(patterns.number) ?? take(patterns.word)) === undefined) fail("a value");
  }
  function string(): string {
    const start = at++;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === unit.quote) return text.slice(start, ++at);
      if (code === unit.backslash) {
        if (take(patterns.escape) === undefined) fail('an escape that JSON knows, such as \\" or \\u00e9');
        // JSON forbids control characters within strings. Behind the end there is NaN.
      } else if (code >= unit.space) at++;
      else fail("the closing quote of a string");
    }
  }
  function members(depth: number): void {
    const seen = new Set<string>();
    if (next("}")) return;
    do {
      skipSpace();
      const start = at;
      if (text[at] !== '"') fail("a name in double quotes");
      const quoted = string();
      const name = quoted.includes("\\") ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
      if (seen.has(name)) {
        const twice = "is given twice in one object";
        throw new Stopped(start, `the name ${quoted} ${twice}`, `a name ${twice}`);
      }
      seen.add(name);
      if (!next(":")) fail('":"');
      value(depth + 1);
    } while (next(","));
    if (!next("}")) fail('"," or "}"');
  }
  function items(depth: number): void {
    if (next("]")) return;
    do value(depth + 1);
    while (next(","));
    if (!next("]")) fail('"," or "]"');
  }

  value(0);
  skipSpace();
  if (at < text.length) fail("the end of the file");
}
