import type { TestServer } from "./server.ts";

/** What became of a bundle that was sent. */
export interface BundleAnswer {
  readonly index: number;
  /** 0: no answer came */
  readonly status: number;
  readonly isAcknowledged: boolean;
  /** code and message of a refusal */
  readonly refusal: string;
}

interface ApplyBody {
  readonly data?: { readonly applyResources: { readonly userErrors: readonly { readonly message: string }[] } } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const document = `mutation ($text: String!) {
  applyResources(input: {documents: [{file: "bundle.yaml", text: $text}]}) { resources { outcome } userErrors { message } }
}`;
const members = ["a", "b", "c"];

/** Applies three users in one call; each holds `padding` characters, so that bundles fill a disk. */
export async function applyBundle(server: TestServer, index: number, padding = 0): Promise<BundleAnswer> {
  const text = members
    .map(
      (member) => `name: bundle-${index}-${member}
version: v1
type: user
user: {type: person, attributes: {note: "${"x".repeat(padding)}"}}
`,
    )
    .join("---\n");
  try {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { apikey: server.apiKey, "content-type": "application/json" },
      body: JSON.stringify({ query: document, variables: { text } }),
    });
    const body = (await response.json()) as ApplyBody;
    const refusals = [
      ...(body.errors ?? []).map(({ message, extensions }) => `${extensions.code}: ${message}`),
      ...(body.data?.applyResources.userErrors ?? []).map(({ message }) => message),
    ];
    return {
      index,
      status: response.status,
      isAcknowledged: response.ok && refusals.length === 0,
      refusal: refusals.join("; "),
    };
  } catch (error) {
    // the server ended before it answered
    return { index, status: 0, isAcknowledged: false, refusal: String(error) };
  }
}

/** Which bundles the server holds: index -> how many of their three members. */
export async function readBundles(server: TestServer): Promise<ReadonlyMap<number, number>> {
  const listed = await server.ctl(["get", "-t", "user", "-a", "-o", "json"]);
  if (listed.exit !== 0) throw new Error(listed.stderr);
  const found = new Map<number, number>();
  for (const { name } of JSON.parse(listed.stdout) as { name: string }[]) {
    const index = /^bundle-(\d+)-/.exec(name)?.[1];
    if (index !== undefined) found.set(Number(index), (found.get(Number(index)) ?? 0) + 1);
  }
  return found;
}

/** Bundles of which some members are there and others not. */
export function findTorn(bundles: ReadonlyMap<number, number>): readonly number[] {
  return [...bundles].filter(([, count]) => count !== members.length).map(([index]) => index);
}
