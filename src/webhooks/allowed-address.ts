import { BlockList, isIP } from "node:net";

/**
 * Addresses that are no machine of the public internet, by the special-purpose registries of IANA (RFC 6890 and its updates): this
 * machine, private networks, carrier NAT, link-local (the clouds' metadata services are there), tests, multicast, reserved.
 */
const notPublic4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** The public ones, of IPv6: everything else is unique-local, link-local, mapped, multicast or not given out. */
const public6 = ["2000::", 3] as const;

/** Within those: protocol assignments with Teredo, examples, and 6to4, which holds an address of IPv4. */
const notPublic6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const blocked4 = listOf("ipv4", notPublic4);
const [inside6, blocked6] = [listOf("ipv6", [public6]), listOf("ipv6", notPublic6)];
const loopback4 = listOf("ipv4", [["127.0.0.0", 8]]);

function listOf(family: "ipv4" | "ipv6", ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family);
  return list;
}

/** Whether an address is one of this machine's own. */
export function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? loopback4.check(address, "ipv4") : address === "::1";
}

/** Whether an address may be one of the public internet. */
function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blocked4.check(address, "ipv4");
  return family === 6 && inside6.check(address, "ipv6") && !blocked6.check(address, "ipv6");
}

/** Says which addresses may be connected to. */
export type AddressCheck = (address: string) => boolean;

/** What a range is: `10.1.0.0/16`, `fd12:3456::/32`, or one address. */
export const rangePattern = /^[0-9a-fA-F.:]+(?:\/\d{1,3})?$/;

/**
 * Addresses of the public internet, and those of these ranges. An address of IPv4 that is written as one of IPv6 is neither. Throws a
 * RangeError for what is no range.
 */
export function allowedAddresses(ranges: readonly string[]): AddressCheck {
  const lists = ranges.map((range) => {
    const [address = "", prefix] = range.split("/");
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const length = prefix === undefined ? longest : Number(prefix);
    if (family === 0 || !rangePattern.test(range) || length > longest) {
      throw new RangeError(`must be an address or a range such as 10.1.0.0/16, and ${JSON.stringify(range)} is none`);
    }
    const name = family === 4 ? "ipv4" : "ipv6";
    return { family, holds: (one: string) => listOf(name, [[address, length]]).check(one, name) };
  });
  return (address) =>
    isPublic(address) || lists.some(({ family, holds }) => family === isIP(address) && holds(address));
}
