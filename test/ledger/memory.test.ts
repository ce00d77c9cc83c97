import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { testLedgerContract } from "./contract.ts";

testLedgerContract("the memory ledger", async (clock) => createMemoryLedger({ clock }));
