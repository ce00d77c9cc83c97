import { expect } from "vitest";
import { runLoad } from "../../bench/load/run-load.ts";

/** Puts load on two servers over one PostgreSQL, and kills one of them after each of so many accepted executions; expects each bought once. */
export async function checkedLoad(
  ledger: string,
  load: { readonly executions: number; readonly clients: number; readonly kills: readonly number[] },
): Promise<void> {
  const { executions, clients } = load;
  const { accepts, decided, bought, distinct, kills } = await runLoad({
    ledger,
    executions,
    clients,
    kills: { accepted: load.kills },
    leaseLength: 1000,
    sweepInterval: 300,
  });
  expect({ kills, accepted: accepts.length, decided: decided.length }).toEqual({
    kills: load.kills.length,
    accepted: executions,
    decided: executions,
  });
  expect({ bought, distinct }).toEqual({ bought: executions, distinct: executions });
}
