/** So many are open at a host for reads, as the AWS SDK has it. */
const connectionsPerHost = 50;

/**
 * How an agent of Node keeps its connections, for reads: so many are under way at one host, whatever the tenants, accounts and regions
 * that they are for; more wait for one of their connections.
 */
export const keptConnections = { keepAlive: true, maxSockets: connectionsPerHost } as const;

/**
 * The same for purchases: each has a connection of its own, because one that the server is just closing would turn it into an unknown outcome. With
 * a finite `maxSockets` Node would hand a connection on to the next request that waits, and ask the server to keep it.
 */
export const singleConnections = { keepAlive: false, maxSockets: Infinity } as const;
