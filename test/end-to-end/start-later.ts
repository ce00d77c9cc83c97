/** How a test starts a program so that it believes to run later; see moved-clock.ts. */
export interface Later {
  /** For node, before the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it as if so many milliseconds had passed, and without its waits between two looks. */
export function startLater(ahead: number): Later {
  const preload = new URL("moved-clock.ts", import.meta.url).href;
  return { args: ["--import", preload], env: { BUYONCE_TEST_AHEAD: String(ahead) } };
}
