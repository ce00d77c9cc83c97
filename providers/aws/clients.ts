import type { ClientConfiguration, Connection } from "./connect.ts";

/** What every client of the AWS SDK has. */
interface SdkClient {
  readonly middlewareStack: {
    add(middleware: Connection["httpsOnly"], options: { step: "build"; name: string }): void;
  };
}

/** The clients of one service's SDK. */
export interface Clients<Client> {
  /** For reads: one for each account and region, kept. */
  reader(connection: Connection): Promise<Client>;
  /** For one purchase: a single attempt on a connection of its own. */
  buyer(connection: Connection): Promise<Client>;
}

/** Makes the clients of one service; `construct` loads its SDK. */
export function createClients<Client extends SdkClient>(
  construct: (configuration: ClientConfiguration) => Promise<Client>,
): Clients<Client> {
  const readers = new WeakMap<ClientConfiguration, Client>();

  async function make({ httpsOnly }: Connection, configuration: ClientConfiguration): Promise<Client> {
    const client = await construct(configuration);
    client.middlewareStack.add(httpsOnly, { step: "build", name: "httpsOnly" });
    return client;
  }

  return {
    async reader(connection) {
      const reader = readers.get(connection.read) ?? (await make(connection, connection.read));
      readers.set(connection.read, reader);
      return reader;
    },
    buyer: async (connection) => make(connection, await connection.purchase()),
  };
}
