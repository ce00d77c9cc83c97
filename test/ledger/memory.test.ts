import { createMemoryLedger } from "../../src/ledger/memory.ts";
import { testLedgerContract } from "./contract.ts";

testLedgerContract("the memory ledger", async (clock) => createMemoryLedger({ clock }));
