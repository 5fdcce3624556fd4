export { createNetworkGuard, type NetworkGuardOptions, type ResolveHost } from "./network-guard.ts";
