export { createClient } from "./create-client.ts";
export { ClientError, type ClientProblem } from "./client-error.ts";
export type {
  CallOptions,
  Client,
  ClientClock,
  ClientOptions,
  Decided,
  EventsOptions,
  ExecutionEvent,
  ListOptions,
  PatientOptions,
  Standing,
  SubmitOptions,
  Submitted,
} from "./client-parts.ts";
export type {
  CancelledReport,
  Code,
  Execution,
  History,
  Money,
  Outcome,
  Quote,
  Report,
  Resolution,
  State,
  Summary,
  Terms,
  Time,
} from "./wire-types.ts";
