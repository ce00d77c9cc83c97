import type { Ledger } from "../../contract/ledger.ts";
import type { DriveJobs } from "../../contract/drive-jobs.ts";
import type { JobQueue } from "../../door/job-queue.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { CommandParts } from "./command-parts.ts";
import { withDriveLedger } from "./drive-ledger.ts";
import { ledgerOf } from "./option-checks.ts";
import type { CloudOptions } from "./option-groups.ts";
import { type Clouds, closeNoted } from "./with-resources.ts";

/** What drives what others record. */
interface Drivers {
  readonly ledger: Ledger;
  readonly purchaser: Awaited<ReturnType<CommandParts["createPurchaser"]>>;
  /** Of a PostgreSQL ledger: what distributes the work. */
  readonly queue: JobQueue | undefined;
}

/** Runs a command with a ledger and, where that is in PostgreSQL, the queue beside it; both are closed afterwards. Throws as `withDriveLedger`. */
export async function withQueue<T>(
  { providers, real }: Clouds,
  options: CloudOptions & { readonly newLedger?: boolean | undefined },
  parts: CommandParts,
  run: (drivers: Drivers) => Promise<T>,
): Promise<T> {
  const location = ledgerOf(options, parts);
  const place = placeOfLedger(location);
  let queue: JobQueue | undefined;
  // The ledger is opened first: nothing is made beside one that is not there.
  const jobs: DriveJobs = {
    send: async (...given) => queue?.send(...given),
    notSent: (...given) => queue?.notSent(...given),
  };
  const where = { location, imitation: real.length === 0, asks: false, newLedger: options.newLedger };
  return withDriveLedger({ ...where, ...(place.kind === "postgres" ? { jobs } : {}) }, parts, async ({ begin }) => {
    const ledger = await begin();
    try {
      if (place.kind === "postgres") {
        const { openJobQueue } = await import("../../door/job-queue.ts");
        queue = await openJobQueue({ connectionString: place.connectionString });
      }
      const purchaser = await parts.createPurchaser({ ledger, providers });
      return await run({ ledger, purchaser, queue });
    } finally {
      await closeNoted("queue", queue, noteOn(parts.terminal.stderr));
    }
  });
}
