import { type SearchByHand, shellCommand, type Sought, textIn } from "../../src/contract/search-by-hand.ts";
import type { AwsSettings } from "./aws-settings.ts";

/** How the AWS CLI lists what one service sold: https://docs.aws.amazon.com/cli/latest/reference/ */
interface Listing {
  readonly words: readonly string[];
  /** Its answer's list, and in an entry of it: id, name, count, state and the time of the purchase. */
  readonly list: string;
  readonly fields: Readonly<Record<"id" | "count" | "state" | "since", string>> & { readonly name?: string };
  /** The option that asks for one by the name that it was bought under; left out where there is none. */
  readonly named?: string;
  /** The field of the recommendation that says what kind it is, and what narrows the answer to that. */
  readonly kind: string;
  readonly ofKind: (kind: string) => { readonly words?: readonly string[]; readonly query?: string };
}

const listings: Readonly<Record<string, Listing>> = {
  ec2: {
    words: ["ec2", "describe-reserved-instances"],
    list: "ReservedInstances",
    fields: { id: "ReservedInstancesId", count: "InstanceCount", state: "State", since: "Start" },
    kind: "instanceType",
    ofKind: (kind) => ({ words: ["--filters", `Name=instance-type,Values=${kind}`] }),
  },
  "ec2-host": {
    words: ["ec2", "describe-host-reservations"],
    list: "HostReservationSet",
    fields: { id: "HostReservationId", count: "Count", state: "State", since: "Start" },
    kind: "instanceFamily",
    ofKind: (kind) => ({ words: ["--filter", `Name=instance-family,Values=${kind}`] }),
  },
  rds: {
    words: ["rds", "describe-reserved-db-instances"],
    list: "ReservedDBInstances",
    fields: { id: "ReservedDBInstanceId", count: "DBInstanceCount", state: "State", since: "StartTime" },
    named: "--reserved-db-instance-id",
    kind: "instanceClass",
    ofKind: (kind) => ({ words: ["--db-instance-class", kind] }),
  },
  elasticache: {
    words: ["elasticache", "describe-reserved-cache-nodes"],
    list: "ReservedCacheNodes",
    fields: { id: "ReservedCacheNodeId", count: "CacheNodeCount", state: "State", since: "StartTime" },
    named: "--reserved-cache-node-id",
    kind: "nodeType",
    ofKind: (kind) => ({ words: ["--cache-node-type", kind] }),
  },
  memorydb: {
    words: ["memorydb", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservationId", count: "NodeCount", state: "State", since: "StartTime" },
    named: "--reservation-id",
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },
  opensearch: {
    words: ["opensearch", "describe-reserved-instances"],
    list: "ReservedInstances",
    fields: {
      id: "ReservedInstanceId",
      name: "ReservationName",
      count: "InstanceCount",
      state: "State",
      since: "StartTime",
    },
    kind: "instanceType",
    ofKind: (kind) => ({ query: `InstanceType==${literal(kind)}` }),
  },
  redshift: {
    words: ["redshift", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservedNodeId", count: "NodeCount", state: "State", since: "StartTime" },
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },
  "redshift-serverless": {
    words: ["redshift-serverless", "list-reservations"],
    list: "reservationsList",
    fields: { id: "reservationId", count: "capacity", state: "status", since: "startDate" },
    kind: "service",
    ofKind: () => ({}),
  },
  "savings-plans": {
    words: ["savingsplans", "describe-savings-plans"],
    list: "savingsPlans",
    fields: { id: "savingsPlanId", count: "commitment", state: "state", since: "start" },
    kind: "type",
    ofKind: (kind) => ({ query: `savingsPlanType==${literal(kind)}` }),
  },
};

/** How a person looks with the AWS CLI for what a recommendation bought; undefined for a service that sells nothing here. */
export function awsSearch({ endpoint }: Pick<AwsSettings, "endpoint"> = {}) {
  return ({ recommendation, scope, handle, from }: Sought): SearchByHand | undefined => {
    const { service, accountId, region = scope["region"] } = recommendation;
    const listing = listings[service];
    if (listing === undefined) return undefined;
    const { words, list, fields, named, kind, ofKind } = listing;
    const name = textIn(handle, "name");
    const what = textIn(recommendation, kind) ?? service;
    const narrowed: ReturnType<Listing["ofKind"]> =
      name === undefined
        ? ofKind(what)
        : named === undefined
          ? { query: `${fields.name ?? fields.id}==${literal(name)}` }
          : { words: [named, name] };
    // The time is compared as a text, and what does not say it is shown. JMESPath takes backquotes for a literal.
    const since =
      name === undefined && from !== undefined ? `(!${fields.since} || ${fields.since}>=${literal(from)})` : "";
    const where = [narrowed.query, since].filter((part) => part).join(" && ");
    const shown = Object.entries(fields).map(([label, field]) => `${label}:${field}`);
    const query = `${list}[${where === "" ? "" : `?${where}`}].{${shown.join(",")}}`;
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

function literal(text: string): string {
  return `\`${JSON.stringify(text).replaceAll("`", "\\`")}\``;
}
