import { type SearchByHand, shellCommand, type Sought, textIn } from "../../src/contract/search-by-hand.ts";
import type { AwsSettings } from "./aws-settings.ts";
import { awsServices } from "./aws-services.ts";
import { literal } from "./shown-by-aws.ts";

/** How a person looks with the AWS CLI for what a recommendation bought; undefined for a service that sells nothing here. */
export function awsSearch({ endpoint }: Pick<AwsSettings, "endpoint"> = {}) {
  return ({ recommendation, scope, handle, from }: Sought): SearchByHand | undefined => {
    const { service, accountId, region = scope["region"] } = recommendation;
    const shown = Object.hasOwn(awsServices, service) ? awsServices[service]?.shown : undefined;
    if (shown === undefined) return undefined;
    const { words, list, fields, named, kind, ofKind } = shown;
    const name = textIn(handle, "name");
    const what = textIn(recommendation, kind) ?? service;
    const narrowed: ReturnType<typeof ofKind> =
      name === undefined
        ? ofKind(what)
        : named === undefined
          ? { query: `${fields.name ?? fields.id}==${literal(name)}` }
          : { words: [named, name] };
    // The time is compared as a text, and what does not say it is shown. JMESPath takes backquotes for a literal.
    const since =
      name === undefined && from !== undefined ? `(!${fields.since} || ${fields.since}>=${literal(from)})` : "";
    const where = [narrowed.query, since].filter((part) => part).join(" && ");
    const columns = Object.entries(fields).map(([label, field]) => `${label}:${field}`);
    const query = `${list}[${where === "" ? "" : `?${where}`}].{${columns.join(",")}}`;
    const place = typeof region === "string" ? ["--region", region] : [];
    const at = endpoint === undefined ? [] : ["--endpoint-url", endpoint];
    return {
      shows:
        name === undefined
          ? `A purchase of ${what}${from === undefined ? "" : " that began in that time"}: AWS gives it no name of ours.`
          : `A reservation named ${name}.`,
      signedIn: typeof accountId === "string" ? `AWS account ${accountId}` : scope.label,
      command: shellCommand([
        "aws",
        ...words,
        ...(narrowed.words ?? []),
        ...place,
        ...at,
        "--query",
        query,
        "--output",
        "table",
      ]),
    };
  };
}
