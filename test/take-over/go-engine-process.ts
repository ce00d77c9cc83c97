import { writeSync } from "node:fs";
import { driveGo, type GoOrder } from "./go-engine.ts";

/** The other engine, to be killed: drives its order (JSON, the first argument) and prints what it says, a line of JSON each. */
await driveGo(JSON.parse(process.argv[2] ?? "") as GoOrder, (line) => void writeSync(1, `${JSON.stringify(line)}\n`));
