import type { PackageUse } from "../../access/check-use.ts";
import { importOptional } from "../../contract/optional-package.ts";

/** What servers and workers need beside the packages of a drive; the last where the ledger is in PostgreSQL. */
export function serverPackages(isPostgres: boolean): readonly PackageUse[] {
  const hono = () => importOptional("hono", () => import("hono"));
  const server = () => importOptional("@hono/node-server", () => import("@hono/node-server"));
  const queue = () => importOptional("pg-boss", () => import("pg-boss"), { version: 12 });
  return [
    { where: "buyonce serve", load: [hono, server] },
    ...(isPostgres ? [{ where: "buyonce serve, work", load: [queue] }] : []),
  ];
}
