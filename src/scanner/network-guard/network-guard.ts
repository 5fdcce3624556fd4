import { lookup } from "node:dns/promises";
import { BadInputError, UnavailableError } from "../../shared/errors.ts";
import type { NetworkGuard } from "../ports.ts";
import { judgeAddress, type Network, parseNetwork, type Refusal } from "./address-rules.ts";
import { parseHost } from "./host-spelling.ts";

/** Addresses of a host name, all of them, in the order of preference. Rejects where there is none. */
export type ResolveHost = (name: string) => Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;

export interface NetworkGuardOptions {
  /** `DATAOS_DEPOT_NETWORKS`: CIDR blocks that are not public and may be used all the same */
  readonly allowedNetworks: readonly string[];
  /** default: the machine's resolver, at most 5 s */
  readonly resolve?: ResolveHost;
}

/**
 * Lets depots connect to public addresses and to `allowedNetworks`, and to nothing else; link-local, metadata, multicast and
 * unspecified addresses never. Decides on every address that a name resolves to and returns one of them: connect to that one.
 *
 * @throws {BadInputError} an entry of `allowedNetworks` is not a CIDR block
 */
export function createNetworkGuard({ allowedNetworks, resolve = systemResolve }: NetworkGuardOptions): NetworkGuard {
  const allowed = allowedNetworks.map(toNetwork);
  return {
    async resolve(host) {
      const parsed = parseHost(host);
      const found =
        parsed.kind === "address"
          ? [{ address: parsed.address, family: parsed.address.includes(":") ? (6 as const) : (4 as const) }]
          : await resolveName(resolve, parsed.name);
      const judged = found.map((answer) => ({ ...answer, refusal: judgeAddress(answer.address, allowed) }));
      // SECURITY: one forbidden answer spoils all; names that mix them exist to slip through
      const never = judged.find(({ refusal }) => refusal?.kind === "never")?.refusal;
      if (never) throw refused(host, never);
      const usable = judged.find(({ refusal }) => !refusal);
      if (usable) return { address: usable.address, family: usable.family };
      const first = judged[0]?.refusal;
      throw first ? refused(host, first) : notFound(host);
    },
  };
}

/** The machine's resolver; gives up after 5 s. */
const systemResolve: ResolveHost = async (name) => {
  const timeout = AbortSignal.timeout(5_000);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener("abort", () => reject(timeout.reason), { once: true });
  });
  const answers = await Promise.race([lookup(name, { all: true, order: "verbatim" }), late]);
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

async function resolveName(resolve: ResolveHost, name: string): ReturnType<ResolveHost> {
  try {
    return await resolve(name);
  } catch (error) {
    throw notFound(name, error);
  }
}

function notFound(host: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    `host \`${host}\` does not resolve; check the depot's host and the name server of this machine`,
    { cause },
  );
}

function refused(host: string, refusal: Refusal): BadInputError {
  return refusal.kind === "never"
    ? new BadInputError(
        `host \`${host}\` is ${refusal.what}, which depots never connect to; give the address of a database server`,
      )
    : new BadInputError(
        `host \`${host}\` is on ${refusal.what}; to allow it, the operator adds its network, e.g. ${refusal.network}, to DATAOS_DEPOT_NETWORKS`,
      );
}

function toNetwork(text: string): Network {
  try {
    return parseNetwork(text);
  } catch (cause) {
    throw new BadInputError(
      `DATAOS_DEPOT_NETWORKS: \`${text}\` is not a network; expected CIDR blocks such as 10.0.0.0/8,fd12:3456::/32`,
      { cause },
    );
  }
}
