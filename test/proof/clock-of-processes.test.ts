import { declareClockTests } from "./clock-of-processes.ts";

// Over PostgreSQL: clock-of-processes.proof.ts.
declareClockTests();
