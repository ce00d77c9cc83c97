/** Where a person sees what one service sold. */
interface ShownByAws {
  /**
   * The address of its console, from its own user guide, and the page within it where that is known: `#` begins what stays in the
   * browser.
   */
  readonly console: readonly [path: string, page: string];
  /** How the AWS CLI lists it: https://docs.aws.amazon.com/cli/latest/reference/ */
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

/** By service. */
export const shownByAws: Readonly<Record<string, ShownByAws>> = {
  ec2: {
    console: ["ec2", "#ReservedInstances:"],
    words: ["ec2", "describe-reserved-instances"],
    list: "ReservedInstances",
    fields: { id: "ReservedInstancesId", count: "InstanceCount", state: "State", since: "Start" },
    kind: "instanceType",
    ofKind: (kind) => ({ words: ["--filters", `Name=instance-type,Values=${kind}`] }),
  },
  "ec2-host": {
    console: ["ec2", "#Hosts:"],
    words: ["ec2", "describe-host-reservations"],
    list: "HostReservationSet",
    fields: { id: "HostReservationId", count: "Count", state: "State", since: "Start" },
    kind: "instanceFamily",
    ofKind: (kind) => ({ words: ["--filter", `Name=instance-family,Values=${kind}`] }),
  },
  rds: {
    console: ["rds", "#reserved-instances:"],
    words: ["rds", "describe-reserved-db-instances"],
    list: "ReservedDBInstances",
    fields: { id: "ReservedDBInstanceId", count: "DBInstanceCount", state: "State", since: "StartTime" },
    named: "--reserved-db-instance-id",
    kind: "instanceClass",
    ofKind: (kind) => ({ words: ["--db-instance-class", kind] }),
  },
  elasticache: {
    console: ["elasticache", "#/reserved-nodes"],
    words: ["elasticache", "describe-reserved-cache-nodes"],
    list: "ReservedCacheNodes",
    fields: { id: "ReservedCacheNodeId", count: "CacheNodeCount", state: "State", since: "StartTime" },
    named: "--reserved-cache-node-id",
    kind: "nodeType",
    ofKind: (kind) => ({ words: ["--cache-node-type", kind] }),
  },
  memorydb: {
    console: ["memorydb", ""],
    words: ["memorydb", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservationId", count: "NodeCount", state: "State", since: "StartTime" },
    named: "--reservation-id",
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },
  opensearch: {
    console: ["aos", ""],
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
    console: ["redshiftv2", ""],
    words: ["redshift", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservedNodeId", count: "NodeCount", state: "State", since: "StartTime" },
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },
  "redshift-serverless": {
    console: ["redshiftv2", ""],
    words: ["redshift-serverless", "list-reservations"],
    list: "reservationsList",
    fields: { id: "reservationId", count: "capacity", state: "status", since: "startDate" },
    kind: "service",
    ofKind: () => ({}),
  },
  "savings-plans": {
    console: ["cost-management", "#/savings-plans/inventory"],
    words: ["savingsplans", "describe-savings-plans"],
    list: "savingsPlans",
    fields: { id: "savingsPlanId", count: "commitment", state: "state", since: "start" },
    kind: "type",
    ofKind: (kind) => ({ query: `savingsPlanType==${literal(kind)}` }),
  },
};

/** A literal of JMESPath, in which the CLI narrows its answers. */
export function literal(text: string): string {
  return `\`${JSON.stringify(text).replaceAll("`", "\\`")}\``;
}
