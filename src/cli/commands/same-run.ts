import { cleanText } from "../../contract/clean-text.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { maskPassword } from "../text/explain-error.ts";
import type { CommandLine } from "../text/next-steps.ts";
import type { Surroundings } from "./command-parts.ts";
import { isImitated, isRealLedger } from "./option-checks.ts";
import type { CloudOptions } from "./option-groups.ts";

/** The commands that read a ledger and ask no cloud: they take no endpoint, and with `--sandbox` mean its ledger. */
const ofLedgerAlone = ["status", "executions", "history", "ledger", "report"];

/**
 * Writes commands for a person to copy: with the configuration, the ledger, the sandbox and the endpoints of this run. A password is left out,
 * wherever it stood: PGPASSWORD or ~/.pgpass has to hold it.
 */
export function commandLineOf(options: CloudOptions, around: Surroundings): CommandLine {
  const { config, ledger, sandbox, azureEndpoint, awsEndpoint, gcpEndpoint } = options;
  const imitated = isImitated(options);
  const isSaid = ledger === undefined || (!imitated && isRealLedger(ledger, around));
  const configWords = config === undefined ? [] : ["--config", config];
  const ledgerWords = isSaid ? [] : ["--ledger", withoutPassword(ledger)];
  const endpointWords = Object.entries({ azure: azureEndpoint, aws: awsEndpoint, gcp: gcpEndpoint }).flatMap(
    ([name, endpoint]) => (endpoint === undefined ? [] : [`--${name}-endpoint`, endpoint]),
  );
  return (...words) => {
    const isAlone = ofLedgerAlone.some((name) => name === words[0]);
    const isSandbox = isAlone ? imitated && ledger === undefined : sandbox === true;
    const where = [
      ...configWords,
      ...ledgerWords,
      ...(isSandbox ? ["--sandbox"] : []),
      ...(isAlone ? [] : endpointWords),
    ];
    return ["buyonce", ...[...words, ...where].map((word) => shellWord(cleanText(word)))].join(" ");
  };
}

function withoutPassword(ledger: string): string {
  const place = placeOfLedger(ledger);
  if (place.kind === "sqlite") return ledger;
  const url = new URL(place.connectionString);
  url.password = "";
  for (const name of Array.from(url.searchParams.keys())) if (/passw/i.test(name)) url.searchParams.delete(name);
  return maskPassword(url.href);
}
