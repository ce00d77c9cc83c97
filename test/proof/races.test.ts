import { declareRaces } from "./race-drivers.ts";

// `npm run proof` goes on for longer.
declareRaces({ memory: 75, sqlite: 6, postgres: 2 });
