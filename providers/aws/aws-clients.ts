import type { ClientConfiguration, Connection } from "./aws-connect.ts";
import { checkEndpointOf } from "./configured-endpoints.ts";
import type { Environment } from "../../src/contract/environment.ts";
import { inTurn } from "../http/in-turn.ts";
import { createPace, type LimitSaid } from "../http/pace.ts";
import { isThrottling, readSdkError } from "./sdk-error.ts";
import { sendOnce, type SendReport } from "./sdk-middleware.ts";

/** What every client of the AWS SDK has. */
interface SdkClient {
  send(command: never, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
  readonly config: { readonly serviceId: string; readonly systemClockOffset: number };
  readonly middlewareStack: {
    add(middleware: Connection["httpsOnly"], options: { step: "build"; name: string }): void;
    add(middleware: Connection["renewing"], options: { step: "initialize"; name: string }): void;
    add(middleware: ReturnType<typeof sendOnce>, options: { step: "deserialize"; priority: "low"; name: string }): void;
  };
}

/** The clients of one service's SDK. */
export interface Clients<Client> {
  /** For reads: one for each account and region, kept. */
  reader(connection: Connection): Promise<Client>;
  /** For one purchase: a single attempt on a connection of its own; `report` says whether it was handed to the network. */
  buyer(connection: Connection, report: SendReport): Promise<Client>;
}

/**
 * Makes the clients of one service; `construct` loads its SDK, and `serviceId` is what that calls it. A client of another service
 * throws a TypeError: its configured endpoint would not be looked for. `sold` is the status that its purchase is answered with, where
 * it documents another one than 200.
 */
export function createClients<Client extends SdkClient>(
  serviceId: string,
  construct: (configuration: ClientConfiguration) => Promise<Client>,
  sold?: 201,
): Clients<Client> {
  checkEndpointOf(serviceId);
  const readers = new WeakMap<ClientConfiguration, Client>();

  async function make({ httpsOnly }: Connection, configuration: ClientConfiguration): Promise<Client> {
    const client = await construct(configuration);
    const { serviceId: called } = client.config;
    if (called !== serviceId) throw new TypeError(`The clients of "${serviceId}" are of "${called}".`);
    client.middlewareStack.add(httpsOnly, { step: "build", name: "httpsOnly" });
    return client;
  }

  return {
    async reader(connection) {
      const known = readers.get(connection.read);
      if (known) return known;
      const reader = await make(connection, connection.read);
      reader.middlewareStack.add(connection.renewing, { step: "initialize", name: "renewing" });
      paceReads(reader, connection.environment);
      readers.set(connection.read, reader);
      return reader;
    },
    async buyer(connection, report) {
      const configuration = await connection.purchase(sold);
      // A request that is signed with a clock that is minutes off is refused. The SDK learns the difference from answers, and
      // sends again; a purchase is sent once, so it takes over what the reads have learnt.
      const systemClockOffset = readers.get(connection.read)?.config.systemClockOffset ?? 0;
      const client = await make(connection, { ...configuration, systemClockOffset });
      client.middlewareStack.add(connection.forgetting, { step: "initialize", name: "forgetting" });
      client.middlewareStack.add(sendOnce(report), { step: "deserialize", priority: "low", name: "sendOnce" });
      return client;
    },
  };
}

/** All reads of one client, so of one API in an account and region, wait while AWS refuses one because too many came. */
function paceReads(client: SdkClient, environment: Environment): void {
  const pace = createPace({ environment });
  const sendNow = client.send.bind(client);
  // The SDK's own attempts come first.
  const send: SdkClient["send"] = async (command, options) =>
    inTurn(pace, () => sendNow(command, options), { signal: options?.abortSignal, refusalOf });
  Object.assign(client, { send });
}

function refusalOf(error: unknown): LimitSaid | undefined {
  return isThrottling(readSdkError(error)) ? { refused: true } : undefined;
}
