import { z } from "zod";
import { filePattern } from "../../src/contract/sign-in.ts";
import { type Variable, variableSchema } from "../../src/contract/variable.ts";

/** A role that is assumed in the account: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export interface AwsRoleEntry {
  /** `arn:aws:iam::123456789012:role/buyonce`; `{accountId}` stands for the account that is asked for. */
  readonly roleArn: string;
  /** What the role's trust policy asks for: no secret, says AWS. */
  readonly externalId?: string | Variable | undefined;
  /** The profile that assumes the role; default the SDK's own chain. */
  readonly sourceProfile?: string | undefined;
  /** How the session is called in CloudTrail; default `buyonce`. */
  readonly sessionName?: string | undefined;
  /** Seconds, from 900 to 43,200; default what STS takes, 3,600. More than the role allows is refused by STS. */
  readonly durationSeconds?: number | undefined;
}

/** A role that is assumed with the token of a workload (EKS, a CI): read from the file anew for each session. */
export interface AwsWebIdentityEntry {
  readonly webIdentityTokenFile: string;
  readonly roleArn: string;
  readonly sessionName?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

/** A profile of the shared configuration files, whatever it is made of: SSO, a role, a process, keys. */
export interface AwsProfileEntry {
  readonly profile: string;
}

/** Keys from environment variables. */
export interface AwsKeysEntry {
  readonly accessKeyId: Variable;
  readonly secretAccessKey: Variable;
  readonly sessionToken?: Variable | undefined;
}

/** The SDK's own chain. */
export interface AwsDefaultEntry {
  readonly use: "default";
}

/** Where the credentials of an account come from. */
export type AwsAccountEntry = AwsRoleEntry | AwsWebIdentityEntry | AwsProfileEntry | AwsKeysEntry | AwsDefaultEntry;

/** Entries by the id of the account, 12 digits; `*` is for every account that has none of its own. */
export type AwsAccounts = Readonly<Record<string, AwsAccountEntry>>;

const name = (pattern: RegExp, message: string) => z.string().regex(pattern, message);
const profile = name(/^[^\s[\]]+( [^\s[\]]+)*$/, "must be the name of a profile");

const secondsProblem = "must be a whole number of seconds from 900 to 43200";

/** The limits are those of AssumeRole. */
const fields = z.strictObject({
  roleArn: name(
    /^arn:aws[a-z-]*:iam::(\d{12}|\{accountId\}):role\/[\w+=,.@/-]{1,512}$/,
    "must be the ARN of a role, such as arn:aws:iam::{accountId}:role/buyonce",
  )
    .optional()
    .describe("The role in the account that is assumed; {accountId} stands for the account that is asked for."),
  externalId: z
    .union([name(/^[\w+=,.@:/-]{2,1224}$/, "must have 2 to 1224 letters, digits or +=,.@:/-"), variableSchema], {
      error: `must be a text, or { "env": "NAME" }`,
    })
    .optional()
    .describe("What the role's trust policy asks for: a text, or the variable that holds it."),
  sourceProfile: profile
    .optional()
    .describe(
      "The profile of the shared configuration files that assumes the role. Left out: the SDK's default chain.",
    ),
  sessionName: name(/^[\w+=,.@-]{2,64}$/, "must have 2 to 64 letters, digits or +=,.@-")
    .optional()
    .describe("What the session is called in CloudTrail. Left out: buyonce."),
  durationSeconds: z
    .int(secondsProblem)
    .min(900, secondsProblem)
    .max(43_200, secondsProblem)
    .optional()
    .describe("How long a session lasts, in seconds; the role has to allow it. Left out: 3600."),
  webIdentityTokenFile: z
    .string()
    .regex(filePattern, "must be the path of a file, never what is in the file")
    .optional()
    .describe("The file with the token of a workload (EKS, a CI) that assumes roleArn, read anew for each session."),
  profile: profile
    .optional()
    .describe("A profile of the shared configuration files, whatever it is made of: SSO, a role, a process, keys."),
  accessKeyId: variableSchema.optional().describe("The variable that holds the access key's id."),
  secretAccessKey: variableSchema.optional().describe("The variable that holds the secret access key."),
  sessionToken: variableSchema.optional().describe("The variable that holds the session token, of temporary keys."),
  use: z.literal("default").optional().describe("default: the SDK's default chain."),
});

type Field = keyof typeof fields.shape;

/** What may stand in an entry, by the field that tells its kind. */
const kinds: readonly { readonly needs: readonly Field[]; readonly may: readonly Field[] }[] = [
  { needs: ["webIdentityTokenFile", "roleArn"], may: ["sessionName", "durationSeconds"] },
  { needs: ["roleArn"], may: ["externalId", "sourceProfile", "sessionName", "durationSeconds"] },
  { needs: ["profile"], may: [] },
  { needs: ["accessKeyId", "secretAccessKey"], may: ["sessionToken"] },
  { needs: ["use"], may: [] },
];

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

const entrySchema = fields.check(({ value, issues }) => {
  for (const { path, message } of entryProblems(value)) {
    issues.push({ code: "custom", input: undefined, path: [...path], message });
  }
});

/** What one entry lacks, and what of it does not go together. */
function entryProblems(entry: z.infer<typeof fields>): readonly Problem[] {
  const present = Object.entries(entry).flatMap(([field, value]) => (value === undefined ? [] : [field as Field]));
  const kind = kinds.find(({ needs: [first] }) => first !== undefined && present.includes(first));
  if (kind === undefined) {
    const problem = `needs roleArn, profile, accessKeyId with secretAccessKey, or use: "default"`;
    return [{ path: [], message: problem }];
  }
  const [first] = kind.needs;
  return [
    ...kind.needs
      .filter((field) => !present.includes(field))
      .map((field) => ({ path: [field], message: `is missing beside ${first}` })),
    ...present
      .filter((field) => ![...kind.needs, ...kind.may].includes(field))
      .map((field) => ({ path: [field], message: `does not go together with ${first}` })),
  ];
}

/**
 * The section `aws.accounts` of a configuration. An entry for an account wins over `*`. An unknown key, a secret that is
 * written out, a role of another account and a credential that two accounts share are problems, each with its path.
 */
export const awsAccountsSchema = z
  .record(z.string().regex(/^(\d{12}|\*)$/), entrySchema, {
    error: ({ code }) => (code === "invalid_key" ? "must be the 12 digits of an AWS account, or *" : undefined),
  })
  .check(({ value, issues }) => {
    for (const { path, message } of [...roleProblems(value), ...sharedCredentials(value)]) {
      issues.push({ code: "custom", input: undefined, path: [...path], message });
    }
  }) as unknown as z.ZodType<AwsAccounts, AwsAccounts>;

type Entries = Readonly<Record<string, z.infer<typeof fields>>>;

function roleProblems(entries: Entries): readonly Problem[] {
  return Object.entries(entries).flatMap(([account, { roleArn }]) => {
    const named = roleArn?.split(":")[4];
    if (named === undefined || named === "{accountId}" || named === account) return [];
    const message =
      account === "*"
        ? "must name the account as {accountId}: it is for every account"
        : `names a role of account ${named}, not of ${account}`;
    return [{ path: [account, "roleArn"], message }];
  });
}

/** A profile, keys and the chain each belong to one account: of two entries with the same, one is wrong. */
function sharedCredentials(entries: Entries): readonly Problem[] {
  const first = new Map<string, string>();
  return Object.entries(entries).flatMap(([account, { profile, accessKeyId, use }]) => {
    if (account === "*") return [];
    const named = { profile, accessKeyId: accessKeyId?.env, use };
    return Object.entries(named).flatMap(([field, value]) => {
      const earlier = value === undefined ? undefined : first.get(`${field} ${value}`);
      if (value !== undefined && earlier === undefined) first.set(`${field} ${value}`, account);
      if (earlier === undefined) return [];
      return [{ path: [account, field], message: `is the same as of ${earlier}: a credential belongs to one account` }];
    });
  });
}

/** Whose entry is used for an account: its own, or that of `*`. */
export function entryOf(
  accounts: AwsAccounts,
  accountId: string,
): { readonly entry: AwsAccountEntry; readonly path: string } | undefined {
  const key = [accountId, "*"].find((candidate) => Object.hasOwn(accounts, candidate));
  const entry = key === undefined ? undefined : accounts[key];
  return entry && { entry, path: `aws.accounts.${key}` };
}
