import { answer, orderOfChild } from "../child.ts";
import { fill } from "./fill.ts";
import type { LedgerOrder } from "./ledger-size.ts";
import { openBenchLedger } from "./open-bench-ledger.ts";

const { location, records } = orderOfChild<LedgerOrder>();
const ledger = await openBenchLedger(location);
if (records > 0) await fill(ledger, location, records);
await ledger.close();
answer({});
