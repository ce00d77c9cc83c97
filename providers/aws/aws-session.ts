import type { Credential } from "./account-guard.ts";

/** The credential of one account, or of the profile that assumes its role, as long as it lasts. */
export interface Session {
  /**
   * The credential, asked for anew where it would end too soon. Concurrent calls share one question; one that failed, or that was
   * still open when a signal aborted, is asked again by the next call. `region`: where it is asked for.
   */
  credential(region: string, signal?: AbortSignal): Promise<Credential>;
  /** The credential that is in use. */
  held(): Credential | undefined;
  /** Notes that a credential is not accepted any more: the next call asks for another. */
  forget(credential: Credential): void;
}

/** When a session is renewed. */
export interface SessionTimes {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that a credential has to last when it is given out. One that was given just now is used as it is. */
  readonly least: number;
}

/** Keeps what `ask` gives. A credential without an end is kept until it is forgotten. */
export function createSession(
  ask: (region: string, signal?: AbortSignal) => Promise<Credential>,
  { now, least }: SessionTimes,
): Session {
  let held: Credential | undefined;
  let asked: Promise<Credential> | undefined;

  const lasts = ({ expiration }: Credential) => expiration === undefined || expiration.getTime() - now() >= least;

  function question(region: string, signal?: AbortSignal): Promise<Credential> {
    const answer = ask(region, signal).then((credential) => {
      if (asked === answer) held = credential;
      return credential;
    });
    const done = () => {
      if (asked === answer) asked = undefined;
    };
    answer.then(done, done);
    return answer;
  }

  return {
    held: () => held,
    forget(credential) {
      if (held === credential) held = undefined;
    },
    async credential(region, signal) {
      if (held !== undefined && lasts(held)) return held;
      const answer = (asked ??= question(region, signal));
      const giveUp = () => {
        if (asked === answer) asked = undefined;
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      try {
        return await answer;
      } finally {
        signal?.removeEventListener("abort", giveUp);
      }
    },
  };
}
