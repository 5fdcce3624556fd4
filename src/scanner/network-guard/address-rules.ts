import ipaddr from "ipaddr.js";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Network = readonly [Address, number];

/** Why an address may not be used; `undefined`: it may. */
export type Refusal =
  /** never, whatever is configured */
  | { readonly kind: "never"; readonly what: string }
  /** only if `DATAOS_DEPOT_NETWORKS` names its network, e.g. `network` */
  | { readonly kind: "not-public"; readonly what: string; readonly network: string };

// SECURITY: services of clouds that hand out credentials to whoever asks
const metadataAddresses = new Set(["100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]);
const neverRanges: Readonly<Record<string, string>> = {
  linkLocal: "a link-local address",
  multicast: "a multicast address",
  broadcast: "a broadcast address",
  unspecified: "the unspecified address",
};
/** The network that stands for a range in messages: it tells the kind of the address, not the address. */
const rangeNetworks: Readonly<Record<string, readonly [what: string, network: string]>> = {
  loopback: ["this machine itself", "127.0.0.0/8"],
  carrierGradeNat: ["a carrier's network", "100.64.0.0/10"],
  uniqueLocal: ["a private network", "fc00::/7"],
};

/** Decides on one resolved address. Mapped and embedded IPv4 addresses count as what they lead to. */
export function judgeAddress(text: string, allowed: readonly Network[]): Refusal | undefined {
  const address = ipaddr.process(text);
  for (const candidate of [address, ...embedded(address)]) {
    const never = neverRanges[candidate.range()];
    if (never) return { kind: "never", what: never };
    if (metadataAddresses.has(candidate.toString())) return { kind: "never", what: "a cloud's metadata address" };
  }
  if (allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)))
    return undefined;
  const range = address.range();
  if (range === "unicast") return undefined;
  if (address.kind() === "ipv6" && range === "loopback") {
    return { kind: "not-public", what: "this machine itself", network: "::1/128" };
  }
  const [what, network] = rangeNetworks[range] ?? ["a network that is not public", networkAround(address)];
  return { kind: "not-public", what, network };
}

/** `127.0.0.0/8` as address and length. @throws {Error} it is no CIDR block */
export function parseNetwork(text: string): Network {
  const [address, bits] = ipaddr.parseCIDR(text);
  return [address, bits];
}

/** IPv4 addresses inside an IPv6 one: IPv4-compatible, NAT64 and 6to4. */
function embedded(address: Address): Address[] {
  if (address.kind() !== "ipv6") return [];
  const bytes = address.toByteArray();
  const at = (start: number): Address => ipaddr.fromByteArray(bytes.slice(start, start + 4));
  const startsWith = (...prefix: readonly number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);
  if (startsWith(0x20, 0x02)) return [at(2)];
  if (startsWith(0x00, 0x64, 0xff, 0x9b)) return [at(12)];
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && address.range() !== "loopback";
  return isCompatible && address.range() !== "unspecified" ? [at(12)] : [];
}

function networkAround(address: Address): string {
  const private4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
  const found = private4.find((text) => {
    const [network, bits] = parseNetwork(text);
    return address.kind() === "ipv4" && address.match(network, bits);
  });
  return found ?? `${address.toString()}/${address.kind() === "ipv4" ? 32 : 128}`;
}
