/** Stands where a secret belongs into a variable: no message may hold it. */
export const secret = "wJalrXUtnFEMI-s3cret-K7MDENG";

const tenant = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
const role = "arn:aws:iam::123456789012:role/buyonce";

/** Configurations that are right; what is in the first is what the design shows. */
export const goodConfigurations: readonly Readonly<Record<string, unknown>>[] = [
  {
    $schema: "./node_modules/buyonce/schemas/config.json",
    aws: {
      accounts: {
        "123456789012": { roleArn: role, externalId: { env: "BUYONCE_EXTERNAL_ID" } },
        "*": { roleArn: "arn:aws:iam::{accountId}:role/buyonce", sourceProfile: "payer", sessionName: "buyonce" },
      },
    },
    azure: {
      tenants: {
        [tenant]: { clientId: "00000000-1111-2222-3333-444444444444", federatedTokenFile: "/run/token" },
        "*": { use: "default" },
      },
    },
    gcp: { projects: { "*": { impersonate: "buyer@hub.iam.gserviceaccount.com" } } },
    ledger: { env: "BUYONCE_LEDGER" },
    tagNames: { source: "purchase-automation", token: "cudly-idempotency-token" },
  },
  {},
  { aws: { accounts: {} }, azure: { cloud: "us-government", reservationFlow: "alias" }, ledger: ".buyonce/ledger.db" },
  {
    aws: {
      accounts: {
        "123456789012": { accessKeyId: { env: "A" }, secretAccessKey: { env: "B" }, sessionToken: { env: "C" } },
      },
    },
    azure: {
      cloud: "china",
      tenants: { [tenant]: { clientId: "00000000-1111-2222-3333-444444444444", clientSecret: { env: "S" } } },
    },
    ledger: "postgres://buyer@db.internal:5432/buyonce",
  },
  {
    gcp: {
      projects: {
        "*": { impersonate: "buyer@hub.iam.gserviceaccount.com", delegates: ["hop@hub.iam.gserviceaccount.com"] },
      },
    },
    webhooks: {
      finance: { url: "https://finance.example/hook", secret: { env: "FINANCE" } },
      "on-prem.1": {
        url: { env: "URL" },
        secretFile: "/run/on-prem.secret",
        privateAddresses: ["10.1.0.0/16", "fd12::1"],
      },
    },
  },
];

/** A configuration that is refused, and what is said after `cannot be used: `; of what is no JSON after the name of the file. */
interface Refused {
  readonly name: string;
  readonly content: unknown;
  readonly problem: string;
  readonly isJson?: boolean;
  /** JSON Schema cannot say it. */
  readonly beyondSchema?: boolean;
}

const literal =
  'must not be written into the file: put the value into an environment variable, and write { "env": "ITS_NAME" } here.';

/** Each way once in which a configuration is wrong. */
export const refusedConfigurations: readonly Refused[] = [
  {
    name: "a secret of a webhook",
    content: { webhooks: { finance: { url: "https://finance.example", secret } } },
    problem: `webhooks.finance.secret ${literal}`,
  },
  {
    name: "a reservation flow that is none",
    content: { azure: { reservationFlow: "at once" } },
    problem: 'azure.reservationFlow must be one of "two-steps", "alias".',
  },
  {
    name: "a webhook with two secrets",
    content: { webhooks: { finance: { url: "https://finance.example", secret: { env: "A" }, secretFile: "b" } } },
    problem: "webhooks.finance must have either secret or secretFile.",
  },
  {
    name: "a webhook without a secret",
    content: { webhooks: { finance: { url: "https://finance.example" } } },
    problem: "webhooks.finance must have either secret or secretFile.",
  },
  {
    name: "a webhook without an address",
    content: { webhooks: { finance: { secret: { env: "A" } } } },
    problem: 'webhooks.finance.url must be a URL, or { "env": "NAME" } for the variable that holds it.',
  },
  {
    name: "a webhook with a secret for a file",
    content: { webhooks: { finance: { url: "https://finance.example", secretFile: `whsec_${secret}` } } },
    problem: "webhooks.finance.secretFile must be the path of a file, never what is in it.",
  },
  {
    name: "a webhook with an address that is none",
    content: {
      webhooks: { finance: { url: "https://finance.example", secret: { env: "A" }, privateAddresses: ["all"] } },
    },
    problem: "webhooks.finance.privateAddresses[0] must be an address or a range such as 10.1.0.0/16.",
  },
  {
    name: "a webhook with a name that is none",
    content: { webhooks: { "a b": { url: "https://finance.example", secret: { env: "A" } } } },
    problem: "webhooks.… must have a name of 1 to 64 letters, digits or one of . _ -.",
  },
  {
    name: "a secret of AWS",
    content: { aws: { accounts: { "123456789012": { accessKeyId: { env: "A" }, secretAccessKey: secret } } } },
    problem: `aws.accounts.123456789012.secretAccessKey ${literal}`,
  },
  {
    name: "a secret of Azure",
    content: {
      azure: { tenants: { [tenant]: { clientId: "00000000-1111-2222-3333-444444444444", clientSecret: secret } } },
    },
    problem: `azure.tenants.${tenant}.clientSecret ${literal}`,
  },
  {
    name: "a token in place of its file",
    content: {
      aws: { accounts: { "123456789012": { roleArn: role, webIdentityTokenFile: `eyJhbGciOiJub25lIn0.${secret}.` } } },
    },
    problem: "aws.accounts.123456789012.webIdentityTokenFile must be the path of a file, never what is in the file.",
  },
  {
    name: "a key in place of its file",
    content: { gcp: { projects: { "*": { keyFile: `{ "private_key": "${secret}" }` } } } },
    problem:
      'gcp.projects.*.keyFile must be the path of a file, or { "env": "NAME" } where a variable holds the path; never what is in the file.',
  },
  {
    name: "a secret among the fields",
    content: { [secret.repeat(2)]: secret },
    problem: "… is not a known field.",
  },
  {
    name: "a secret for an account",
    content: { aws: { accounts: { [secret.repeat(2)]: { use: "default" } } } },
    problem: "aws.accounts.… must be the 12 digits of an AWS account, or *.",
  },
  {
    name: "a secret for a variable's name",
    content: { ledger: { env: secret } },
    problem: "ledger.env must be the name of an environment variable.",
  },
  {
    name: "a password in the ledger's URL",
    content: { ledger: `postgres://buyer:${secret}@db.internal:5432/buyonce` },
    problem:
      'ledger holds a password, which does not belong into the file: leave it to PGPASSWORD or ~/.pgpass, or write { "env": "ITS_NAME" } here and put the whole URL into that environment variable.',
    beyondSchema: true,
  },
  {
    name: "a password in the query of the ledger's URL",
    content: { ledger: `postgres://buyer@db.internal:5432/buyonce?sslpassword=${secret}` },
    problem:
      'ledger holds a password, which does not belong into the file: leave it to PGPASSWORD or ~/.pgpass, or write { "env": "ITS_NAME" } here and put the whole URL into that environment variable.',
    beyondSchema: true,
  },
  {
    name: "a ledger that is none",
    content: { ledger: `host=db.internal password=${secret}` },
    problem:
      "ledger is neither a path nor a URL that buyonce knows: write a path, file:///whole/path, sqlite:path or postgres://user@host:5432/database, and ./ before a name with a colon, an equals sign or a dash.",
    beyondSchema: true,
  },
  {
    name: "a field that is misspelt",
    content: { tagnames: { source: "a", token: "b" } },
    problem: 'tagnames is not a known field; did you mean "tagNames"?',
  },
  {
    name: "a field that is needed, misspelt",
    content: { aws: { acounts: {} } },
    problem: 'aws.acounts is not a known field; did you mean "accounts"?',
  },
  {
    name: "a misspelt field of an entry",
    content: { aws: { accounts: { "123456789012": { roleArn: role, external_id: secret } } } },
    problem: 'aws.accounts.123456789012.external_id is not a known field; did you mean "externalId"?',
  },
  { name: "a field of no kind", content: { proxy: secret }, problem: "proxy is not a known field." },
  { name: "a section without accounts", content: { aws: {} }, problem: "aws.accounts is missing (an object)." },
  { name: "a section that is none", content: { gcp: secret }, problem: "gcp must be an object, not a string." },
  {
    name: "a number out of its limits",
    content: { aws: { accounts: { "123456789012": { roleArn: role, durationSeconds: 60 } } } },
    problem: "aws.accounts.123456789012.durationSeconds must be a whole number of seconds from 900 to 43200.",
  },
  {
    name: "another cloud",
    content: { azure: { cloud: "mars" } },
    problem: 'azure.cloud must be one of "public", "us-government", "china".',
  },
  {
    name: "half of the tag names",
    content: { tagNames: { source: "a" } },
    problem: "tagNames.token is missing (string).",
  },
  {
    name: "a tag name that not every cloud takes",
    content: { tagNames: { source: "AWS:source", token: "b" } },
    problem: "tagNames.source must be 1 to 128 letters, digits or one of _ . : / + @ -, and not begin with aws:.",
  },
  {
    name: "tag names that are the same",
    content: { tagNames: { source: "a", token: "A" } },
    problem: "tagNames cannot be used: the tag names for source and token must differ.",
    beyondSchema: true,
  },
  { name: "a list", content: [], problem: "it must be an object, not an array." },
  {
    name: "no JSON",
    content: `{ "ledger": ${secret} }`,
    problem: "is not valid JSON: line 1, column 13: expected a value. Nothing was sent.",
    isJson: false,
  },
  {
    name: "a name given twice",
    content: `{ "${secret}": 1,\n  "${secret}": 2 }`,
    problem: "is not valid JSON: line 2, column 3: a name is given twice in one object. Nothing was sent.",
    isJson: false,
  },
  { name: "nothing", content: " ", problem: "is empty. Nothing was sent.", isJson: false },
  {
    name: "too much",
    content: " ".repeat(1_000_001),
    problem: "is larger than 1 MB. Check the path. Nothing was sent.",
    isJson: false,
  },
];
