import { declareClockTests } from "./clock-of-processes.ts";

// Over PostgreSQL too, and all of it: clock-of-processes.proof.ts.
declareClockTests();
