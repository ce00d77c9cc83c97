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

/** Starts it so that so many milliseconds pass for it when it gets SIGUSR2; see leaping-clock.ts. */
export function startLeaping(milliseconds: number): Later {
  const preload = new URL("leaping-clock.ts", import.meta.url).href;
  return { args: ["--import", preload], env: { BUYONCE_TEST_LEAP: String(milliseconds) } };
}
