/** A part of the code whose tests are tested: the files that are mutated, and the quick tests that have to notice. */
export interface Part {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

/**
 * The parts, by the name that `npm run mutation -- <part>` takes. Their tests start no server of a database, no process of
 * the command line, no chaos and no search.
 */
export const parts: Readonly<Record<string, Part>> = {
  // Without crash.test.ts, which waits for each of its deaths: what it notices, others do too, or it is a survivor.
  drive: {
    mutate: ["src/drive/**/*.ts"],
    tests: ["test/drive/!(crash).test.ts", "test/audit/audit-audit.test.ts"],
  },
  ledger: {
    mutate: ["src/ledger/*.ts", "src/ledger/sqlite/*.ts"],
    tests: ["test/ledger/{ledger-location,memory,owned-ids,rules,sqlite,sqlite-file,sqlite-group-commit}.test.ts"],
  },
  azure: {
    mutate: ["providers/azure/*.ts", "providers/http/{repeat-read,refusal}.ts"],
    tests: ["test/{azure,http}/**/*.test.ts"],
  },
  ec2: {
    mutate: [
      "providers/aws/ec2/*.ts",
      "providers/aws/{candidates,purchase-times,send-purchase,judge-purchase-error,aws-price,aws-facts,aws-lists,choose-offering}.ts",
    ],
    tests: ["test/aws/*.test.ts", "test/aws/ec2/*.test.ts"],
  },
};

/** Mutated in every part. It says whether the set-up itself can be believed; see `canary.test.ts`. */
export const canary = "test/mutation/canary.ts";

/** How the part reaches the configuration of vitest, which Stryker loads in processes of its own. */
export const partVariable = "BUYONCE_MUTATION_PART";
