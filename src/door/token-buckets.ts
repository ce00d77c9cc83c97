/** A bucket of tokens for each name: each thing that is done takes one, and they come back with time. */
export interface TokenBuckets {
  /** Milliseconds until a name has a token again; 0 where it has one. Takes none. */
  wait(name: string): number;
  /** Takes one, also where there is none left: then the wait is longer. */
  take(name: string): void;
}

/** How buckets fill. */
export interface BucketOptions {
  /** Tokens that come back in a second. */
  readonly perSecond: number;
  /** Tokens in a full bucket. */
  readonly burst: number;
  /** Names that are remembered; of more, the one that was not heard of for longest is forgotten. */
  readonly names: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** The tokens of a name at a time. */
interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Buckets that are full where a name is new. */
export function createTokenBuckets({ perSecond, burst, names, now }: BucketOptions): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  const tokensOf = (name: string, at: number) => {
    const bucket = buckets.get(name);
    if (bucket === undefined) return burst;
    // A clock that was set back gives nothing, and takes nothing.
    const seconds = Math.max(0, at - bucket.at) / 1000;
    return Math.min(burst, bucket.tokens + seconds * perSecond);
  };
  return {
    wait: (name) => {
      const missing = 1 - tokensOf(name, now());
      return missing <= 0 ? 0 : Math.ceil((missing / perSecond) * 1000);
    },
    take: (name) => {
      const at = now();
      const tokens = Math.max(-burst, tokensOf(name, at) - 1);
      // A map keeps the order in which names were put into it.
      buckets.delete(name);
      buckets.set(name, { tokens, at });
      const [oldest] = buckets.keys();
      if (buckets.size > names && oldest !== undefined) buckets.delete(oldest);
    },
  };
}
