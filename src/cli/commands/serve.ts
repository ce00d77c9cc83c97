import type { Command } from "commander";
import type { Ledger } from "../../contract/ledger.ts";
import { messageOf } from "../../contract/errors.ts";
import { loopbackNames } from "../../contract/endpoint.ts";
import { importOptional } from "../../contract/optional-package.ts";
import type { JobQueue } from "../../door/job-queue.ts";
import type { Authenticate } from "../../door/door-parts.ts";
import type { WebhookTargetOptions } from "../../webhooks/index.ts";
import { type ProviderName, realClouds } from "../resources/providers.ts";
import { readTextFile } from "../resources/read-text-file.ts";
import { readWebhooks, startConfiguredWebhooks, webhooksToSend } from "../resources/configured-webhooks.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { untilInterrupted } from "./until-interrupted.ts";
import { withQueue } from "./with-queue.ts";
import { checkEndpoints, endpointsOf } from "./option-checks.ts";
import { cloudOptions, driversOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { wholeNumber } from "./option-values.ts";
import { withClouds } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .option("--port <n>", "the port on 127.0.0.1; 0 for any that is free", wholeNumber(0, 65_535), 4780)
      .option("--tokens <file>", "who may call, by hashed tokens: docs/http.md (default: everybody on this machine)")
      .option("--jwt <file>", "who may call, by JSON Web Tokens of an issuer: docs/http.md; beside --tokens, too")
      .option(
        "--host <name...>",
        "further names in Host under which it is called, such as that of a proxy; needs tokens",
      )
      .option("--cors-origin <origin...>", "sites whose pages may call it from a browser; needs tokens")
      .option("--require-approval", "nothing of what is submitted is bought before a person approved it")
      .option("--two-persons", "the same, and who submitted an execution may not approve it")
      .option("--no-console", "no pages for people at /: docs/console.md")
      .option(
        "--max-rate <n>",
        "requests a second of one caller, ten times as many at once; needs tokens",
        wholeNumber(1, 1_000_000),
      )
      .option("--max-requests <n>", "requests under way, of one caller half of them", wholeNumber(2, 100_000))
      .option(
        "--address-header <name>",
        "the header in which the only proxy before it writes a client's address, such as X-Forwarded-For; needs tokens",
      )
      .option("--yes", "buy against a real cloud: nobody is asked about what is submitted"),
    driversOptions,
    cloudOptions("buy from it; nothing is spent"),
  );

/** The options of `buyonce serve`. */
type ServeCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Listens on 127.0.0.1, records the executions that are sent to it, has them driven, and answers how they stand: docs/http.md
  has every address; at / a browser shows the console (docs/console.md).
  What a killed server left behind, the next one takes up from the ledger. With a PostgreSQL ledger any number of servers and
  workers (buyonce work) share the work, by a queue that needs the package pg-boss: docs/operate.md.
  To the webhooks of the configuration it sends a message about each decision: docs/webhooks.md.
  The first Ctrl-C or SIGTERM lets it end: nothing new is accepted or begun, purchases under way are recorded.

Money
  Whoever may call it can buy. Against a real cloud it needs --yes; with --require-approval every execution that this server
  records waits for a person, with --two-persons for another one than who submitted it. What was or is recorded as one that
  needs no approval, before or elsewhere, is driven by it as by every other: give the option to each server of a ledger.
${ledgerHelp}
Exit codes
  0    ended as it was told to
  1    an internal error, or a ledger that cannot be used
  2    bad usage, or a port that is taken

With --json
  Standard output holds exactly one document, once it listens: { "url" }; else { "error": ... }.

Example
  buyonce serve --sandbox
`;

/** What `buyonce serve` is. */
export const serve = { addOptions, help, action: serveCommand } satisfies CommandModule<[], ServeCommandOptions>;

/** `buyonce serve`: answers over HTTP until Ctrl-C. Returns the exit code. Throws a BuyonceError where it cannot begin. */
async function serveCommand(options: ServeCommandOptions, parts: CommandParts): Promise<ExitCode> {
  checkEndpoints(options);
  checkReal(options);
  const authenticate = await readWhoMayCall(options);
  checkAsked(options);
  const configured = await readWebhooks(parts);
  const buying = { yes: options.yes, timeout: driveTime };
  return withClouds({ needed: providers, options, parts, buying }, (clouds) =>
    withQueue(clouds, options, parts, async (drivers) => {
      const imitation = clouds.real.length === 0;
      const webhooks = webhooksToSend(configured, { imitation, webhooks: options.webhooks });
      await answerUntilInterrupted({ ...drivers, authenticate, webhooks, imitation }, options, parts);
      return exitCodes.bought;
    }),
  );
}

/** Seconds of one drive. */
const driveTime = 600;

const providers: readonly ProviderName[] = ["azure", "aws", "gcp"];

/** Throws a usage error where money could be spent by whoever calls, and nobody has agreed to that. */
function checkReal(options: ServeCommandOptions): void {
  const real = options.sandbox === true ? [] : realClouds(providers, endpointsOf(options));
  if (real.length === 0 || options.yes === true) return;
  throw usageError(
    `Whoever calls this server would spend real money (${real.join(" and ")}). Give --yes if that is meant, or --sandbox to try it out. Nothing was started.`,
  );
}

/** Throws a usage error for what means nothing, or lets others in, where nobody is asked who they are. */
function checkAsked({ host, corsOrigin, maxRate, addressHeader, tokens, jwt }: ServeCommandOptions): void {
  if (tokens !== undefined || jwt !== undefined) return;
  const given = {
    "--host": host,
    "--cors-origin": corsOrigin,
    "--max-rate": maxRate,
    "--address-header": addressHeader,
  };
  const [option] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return;
  throw usageError(`${option} needs --tokens or --jwt: without them nobody is asked who calls. Nothing was started.`);
}

async function readWhoMayCall({ tokens, jwt }: ServeCommandOptions): Promise<Served["authenticate"]> {
  if (tokens === undefined && jwt === undefined) return "nobody-is-asked";
  const { readCallers } = await import("../../door/read-callers.ts");
  const read = async (what: string, file: string | undefined) => {
    if (file === undefined) return undefined;
    const subject = `The file of ${what} ${file}`;
    const kind = { subject, megabytes: 1, split: "", code: "invalid-configuration" } as const;
    return { text: await readTextFile(file, kind), file };
  };
  const callers = { tokens: await read("tokens", tokens), jwt: await read("issuers", jwt) };
  return (await readCallers(callers)) ?? "nobody-is-asked";
}

interface Served {
  readonly ledger: Ledger;
  readonly purchaser: Awaited<ReturnType<CommandParts["createPurchaser"]>>;
  readonly queue: JobQueue | undefined;
  readonly authenticate: Authenticate | "nobody-is-asked";
  readonly webhooks: readonly WebhookTargetOptions[];
  readonly imitation: boolean;
}

async function answerUntilInterrupted(
  { webhooks, ...served }: Served,
  options: ServeCommandOptions,
  parts: CommandParts,
): Promise<void> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  const onError = (error: unknown, about: string) => note(`${about} failed: ${messageOf(error)}`);
  const { createHandler } = await import("../../door/create-handler.ts");
  const { startServer } = await importOptional("@hono/node-server", () => import("../../door/start-server.ts"));
  const handler = await createHandler({
    ...served,
    hostNames: [...loopbackNames, ...(options.host ?? [])],
    corsOrigins: options.corsOrigin,
    addressHeader: options.addressHeader,
    limits: { ratePerCaller: options.maxRate, requestsAtOnce: options.maxRequests },
    console: options.console,
    requireApproval: options.requireApproval === true,
    twoPersons: options.twoPersons === true,
    executionsAtOnce: options.executions,
    concurrency: options.concurrency,
    onError,
  });
  await untilInterrupted(endingWords, parts, async (interrupted) => {
    const server = await startServer(handler, options.port).catch((error: unknown) => {
      throw usageError(
        `It cannot listen on port ${options.port}: ${messageOf(error)}. Name another one with --port. Nothing was started.`,
      );
    });
    const delivery = await startConfiguredWebhooks(webhooks, served.ledger, onError).catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
    terminal.stdout.write(options.json ? `${JSON.stringify({ url: server.url })}\n` : welcome(server.url, options));
    await interrupted;
    await server.close();
    await delivery.drain();
  });
}

const endingWords = "nothing new is accepted or begun, purchases under way are recorded.";

/** A small purchase of the imitation, and where to look otherwise. */
function welcome(url: string, { sandbox, tokens, jwt, console: hasPages }: ServeCommandOptions): string {
  const token = tokens === undefined && jwt === undefined ? "" : ` -H "Authorization: Bearer $BUYONCE_TOKEN"`;
  const body = JSON.stringify({ source: "curl", recommendations: [firstRecommendation] });
  const line = sandbox
    ? `Buy one reservation of the imitation, and send the same again: it is bought once.
  curl -X PUT ${url}/v1/executions/first${token} -H 'Content-Type: application/json' -H 'Prefer: wait=20' -d '${body}'`
    : `See what is recorded:
  curl ${url}/v1/executions${token}`;
  return `buyonce listens at ${url}${hasPages ? ", where a browser shows the console" : ""}

${line}

docs/http.md has every address, ${url}/openapi.json describes them. Ctrl-C ends it.
`;
}

const firstRecommendation = {
  provider: "aws",
  service: "ec2",
  accountId: "123456789012",
  region: "us-east-1",
  instanceType: "m5.large",
  platform: "Linux/UNIX",
  tenancy: "default",
  scope: "Region",
  offeringClass: "convertible",
  payment: "no-upfront",
  term: "P1Y",
  quantity: 2,
} as const;
