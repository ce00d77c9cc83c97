export { createTelemetry, type Telemetry, type TelemetrySettings } from "./create-telemetry.ts";
