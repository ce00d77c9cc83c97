import { declareRaces } from "./race-drivers.ts";

// `npm run proof` goes on for longer.
declareRaces({ memory: 30, sqlite: 8, postgres: 3 });
