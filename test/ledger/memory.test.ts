import { createMemoryLedger } from "../../src/ledger/memory.ts";
import { testLedger } from "./contract.ts";

testLedger("the memory ledger", async (clock) => createMemoryLedger({ clock }));
