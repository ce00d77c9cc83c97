import { declareRaces } from "./race-drivers.ts";

declareRaces({ memory: 300, sqlite: 60, postgres: 25 });
