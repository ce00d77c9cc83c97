/**
 * So many reads are under way at one host, whatever the tenants, accounts and regions that they are for; more wait for one of their
 * connections. As many as the AWS SDK opens. A purchase has a connection of its own.
 */
export const connectionsPerHost = 50;
