import type { STSClientConfig } from "@aws-sdk/client-sts";
import { defaultMaxAnswerBytes } from "../http/limit-bytes.ts";
import { checkNumber, longestTimer } from "../../src/contract/check-number.ts";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import { systemEnvironment, type Environment } from "../../src/contract/environment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import { defaultTagNames, tagNamesProblem, type TagNames } from "../../src/contract/tag-names.ts";
import type { Variables } from "../../src/contract/variable.ts";
import { type AwsAccounts, awsAccountsSchema } from "./aws-accounts.ts";
import { sessionMargin, shownAfter } from "./purchase-times.ts";

/** How long AWS may take to show what is new, where a purchase has no handle: EC2 and Redshift. */
export interface VisibilityLimits {
  /** How often a drive looks for a new id, or a new tag, of EC2. Default 5. */
  readonly attempts: number;
  /** Milliseconds before the second look; doubled before each further one. Default 1,000, so 15 seconds in all. */
  readonly firstWait: number;
  /**
   * Milliseconds after which a purchase is shown. For so long after a submission nothing is taken for proof that it came to
   * nothing, and nothing that merely fits is taken for it. Default 300,000, at most half a day; less only where `endpoint` is http
   * on loopback, so never against AWS: a purchase that shows later is bought a second time.
   */
  readonly minimumAge: number;
}

/** Gives the credentials of an account, or the provider that does. */
export type CredentialsFor = (asked: {
  readonly accountId: string;
  readonly region: string;
}) => STSClientConfig["credentials"] | Promise<STSClientConfig["credentials"]>;

/** What `createAws` works with. Everything has a default; nothing here decides what is bought. */
export interface AwsSettings {
  /**
   * Of one account: any credentials or credential provider of the AWS SDK; default the SDK's own chain. Never used over http.
   */
  readonly credentials?: STSClientConfig["credentials"] | undefined;
  /**
   * Of many accounts: the credentials, or a credential provider of the SDK, for each. It is asked for each account when its
   * first session begins, with the region of the call, and again whenever a session is about to end. Not called over http.
   */
  readonly credentialsFor?: CredentialsFor | undefined;
  /**
   * Of many accounts: where the credentials of each come from, as in the section `aws.accounts` of a configuration. Over http only
   * roles are assumed, with a dummy credential, and no secret is read. At most one of the three is given.
   */
  readonly accounts?: AwsAccounts | undefined;
  /** The environment variables that `accounts` names; default those of the process. */
  readonly variables?: Variables | undefined;
  /** One URL for all services of every region: https, or http on loopback with a fixed dummy credential. */
  readonly endpoint?: string | undefined;
  /** The tag keys under which source and token are stamped on what was bought. */
  readonly tagNames?: TagNames | undefined;
  readonly environment?: Environment | undefined;
  /**
   * Milliseconds that one purchase may take before its outcome is unknown. Default 60,000. A small value makes unknown
   * outcomes, and with them waits of minutes, more likely; it never makes a double purchase more likely.
   */
  readonly purchaseTimeout?: number | undefined;
  /** Milliseconds for each attempt of a read. Default 30,000. */
  readonly readTimeout?: number | undefined;
  /** The most pages of offerings, or of reservations, that are read before a quote or a look-up is refused. Default 20. */
  readonly maxPages?: number | undefined;
  /**
   * The most bytes that the body of one answer may have; a longer one is not read. Default 16 MiB, which is room for ten
   * thousand Reserved Instances: EC2 lists all of a region in one answer.
   */
  readonly maxAnswerBytes?: number | undefined;
  readonly visibility?: Partial<VisibilityLimits> | undefined;
}

/** The settings with their defaults filled in and checked. */
export interface ResolvedSettings {
  readonly credentials: STSClientConfig["credentials"];
  readonly credentialsFor: CredentialsFor | undefined;
  readonly accounts: AwsAccounts | undefined;
  /** Called when a variable is needed. */
  readonly variables: () => Variables;
  readonly endpoint: { readonly url: string; readonly insecure: boolean } | undefined;
  readonly tagNames: TagNames;
  readonly environment: Environment;
  readonly purchaseTimeout: number;
  readonly readTimeout: number;
  readonly maxPages: number;
  readonly maxAnswerBytes: number;
  readonly visibility: VisibilityLimits;
}

/**
 * Tells the purchases under one token apart. On Reserved Instances its value is the same on the members of one purchase
 * that EC2 split over several ids: without it two of them are two purchases. On a savings plan it is the client token.
 */
export const purchaseGroupTag = "buyonce-purchase";

/**
 * What the Go engine tags savings plans with, besides the source. It is written too, so that its reports count what is bought
 * here; a plan that carries it and no token may be one that it bought.
 */
export const toolTag = { name: "Tool", value: "CUDly" } as const;

/** Fills in the defaults. Throws a RefusedError `invalid-configuration` that names the setting. */
export function resolveSettings(settings: AwsSettings): ResolvedSettings {
  const { visibility = {} } = settings;
  const endpoint = settings.endpoint === undefined ? undefined : resolveEndpoint(settings.endpoint);
  const purchaseTimeout = positive("purchaseTimeout", settings.purchaseTimeout ?? 60_000);
  checkOneSource(settings);
  return {
    credentials: settings.credentials,
    credentialsFor: settings.credentialsFor,
    accounts: settings.accounts && checkAccounts(settings.accounts, purchaseTimeout),
    variables: () => settings.variables ?? process.env,
    endpoint,
    tagNames: checkTagNames(settings.tagNames ?? defaultTagNames),
    environment: settings.environment ?? systemEnvironment,
    purchaseTimeout,
    readTimeout: positive("readTimeout", settings.readTimeout ?? 30_000),
    maxPages: positive("maxPages", settings.maxPages ?? 20),
    maxAnswerBytes: positive("maxAnswerBytes", settings.maxAnswerBytes ?? defaultMaxAnswerBytes),
    visibility: {
      attempts: positive("visibility.attempts", visibility.attempts ?? 5),
      firstWait: positive("visibility.firstWait", visibility.firstWait ?? 1_000),
      minimumAge: checkAge(visibility.minimumAge ?? shownAfter, endpoint?.insecure ?? false),
    },
  };
}

function checkOneSource({ credentials, credentialsFor, accounts }: AwsSettings): void {
  const given = Object.entries({ credentials, credentialsFor, accounts }).filter(([, value]) => value !== undefined);
  if (given.length < 2) return;
  const names = given.map(([name]) => name).join(" and ");
  throw invalid(`The settings ${names} of the AWS provider exclude each other: give one of them.`);
}

function checkAccounts(given: AwsAccounts, purchaseTimeout: number): AwsAccounts {
  const { data, error } = awsAccountsSchema.safeParse(given);
  if (error !== undefined) {
    const problems = error.issues.map((issue) => {
      const keys = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
      return `${["aws.accounts", ...issue.path, ...keys].join(".")}: ${issue.message}`;
    });
    throw invalid(`The accounts of the AWS provider cannot be used; nothing was sent. ${problems.join("; ")}.`);
  }
  const least = (purchaseTimeout + sessionMargin) / 1000;
  for (const [account, entry] of Object.entries(data)) {
    if (!("roleArn" in entry) || (entry.durationSeconds ?? 3_600) >= least) continue;
    throw invalid(
      `aws.accounts.${account}.durationSeconds must be at least ${Math.ceil(least)}: a session has to be longer than a purchase may take (purchaseTimeout, and 300 seconds more).`,
    );
  }
  return data;
}

function resolveEndpoint(text: string): ResolvedSettings["endpoint"] {
  const { url, insecure } = parseEndpoint(text);
  return { url: url.href, insecure };
}

const maxAge = 12 * 3_600_000;

function checkAge(value: number, imitated: boolean): number {
  const age = positive("visibility.minimumAge", value);
  if (age <= maxAge && (imitated || age >= shownAfter)) return age;
  throw invalid(
    `The setting visibility.minimumAge of the AWS provider must be from 300,000 to 43,200,000 milliseconds, not ${value}; less is for an imitation only, whose endpoint is http on loopback.`,
  );
}

function positive(name: string, value: number): number {
  return checkNumber(`The setting ${name} of the AWS provider`, value, { minimum: 1, maximum: longestTimer });
}

function checkTagNames(names: TagNames): TagNames {
  const problem = tagNamesProblem(names);
  if (problem !== undefined) throw invalid(`AWS provider: ${problem}.`);
  for (const [setting, name] of Object.entries(names)) {
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    if (name.length < 1 || name.length > 128 || /^aws:/i.test(name)) {
      throw invalid(`The tag name "${name}" (${setting}) must have 1 to 128 characters and not begin with "aws:".`);
    }
  }
  if (new Set([names.source, names.token, purchaseGroupTag, toolTag.name]).size < 4) {
    throw invalid(
      `The tag names for source and token must differ from each other, from "${purchaseGroupTag}" and from "${toolTag.name}".`,
    );
  }
  return names;
}

function invalid(message: string): RefusedError {
  return new RefusedError({ code: "invalid-configuration", message });
}
