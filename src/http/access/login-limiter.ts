import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Clock } from "../../shared/clock.ts";

/** What became of one more failed login of a peer. */
export type LimitState =
  | { readonly state: "counted" }
  /** over the limit; `first` for the failure that passed it */
  | { readonly state: "limited"; readonly first: boolean; readonly retryAfterSeconds: number };

/**
 * Counts failed logins per peer.
 * WHY: valid API keys are never refused for the failures of others behind the same address; a key of 256 random bits needs
 * no lock, only the log and the store need protection.
 */
export interface LoginLimiter {
  failed(ip: string): LimitState;
}

const windowMs = 15 * 60_000;
const maxFailures = 100;
const maxPeers = 10_000;

/** Keeps at most 10,000 peers; those that come when it is full share one count. */
export function createLoginLimiter(clock: Clock): LoginLimiter {
  const peers = new Map<string, { count: number; readonly endsAt: number }>();

  function dropEnded(now: number): void {
    // INVARIANT: entries end in the order they were made
    for (const [key, { endsAt }] of peers) {
      if (endsAt > now) return;
      peers.delete(key);
    }
  }

  return {
    failed(ip) {
      const now = clock.now();
      dropEnded(now);
      const wanted = toPeer(ip);
      const key = peers.has(wanted) || peers.size < maxPeers ? wanted : "everybody else";
      const entry = peers.get(key) ?? { count: 0, endsAt: now + windowMs };
      entry.count++;
      peers.set(key, entry);
      if (entry.count <= maxFailures) return { state: "counted" };
      return {
        state: "limited",
        first: entry.count === maxFailures + 1,
        retryAfterSeconds: Math.max(1, Math.ceil((entry.endsAt - now) / 1_000)),
      };
    },
  };
}

/** IPv4 as it is; IPv6 by its /64, which one customer has whole. */
function toPeer(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const address = ipaddr.IPv6.parse(ip.replace(/%.*$/, ""));
  return address.isIPv4MappedAddress()
    ? address.toIPv4Address().toString()
    : `${address.parts.slice(0, 4).join(":")}::/64`;
}
