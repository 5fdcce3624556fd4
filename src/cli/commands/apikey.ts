import type { ApiKey, ApiKeyPayload } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { parseDuration } from "./times.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const fields = "id name userId createdAt expiresAt lastUsedAt revokedAt";

/** Makes a key and prints it, the only time it is shown. */
export async function createApiKey(
  context: CommandContext,
  options: { readonly id?: string; readonly name: string; readonly duration: string },
): Promise<void> {
  const { createApiKey: result } = await context.client.query<{ createApiKey: ApiKeyPayload }>(
    `mutation Create($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { ${fields} } userErrors { at field message code } } }`,
    {
      input: {
        name: options.name,
        ttlSeconds: parseDuration(options.duration),
        ...(options.id !== undefined && { userId: options.id }),
      },
    },
  );
  assertNoUserErrors(result.userErrors, "no key was made");
  context.print(result.key ?? "");
  const { id, userId, expiresAt } = result.apiKey ?? {};
  context.note(
    `key ${id} of ${userId}, ${expiresAt ? `valid until ${expiresAt}` : "without end"}; shown this once, so keep it now`,
  );
}

export async function listApiKeys(
  context: CommandContext,
  options: { readonly id?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { apiKeys } = await context.client.query<{ apiKeys: readonly ApiKey[] }>(
    `query Keys($userId: String) { apiKeys(userId: $userId) { ${fields} } }`,
    {
      userId: options.id,
    },
  );
  context.print(
    render(format, apiKeys, () =>
      formatTable(
        ["ID", "NAME", "USER", "STATE", "EXPIRES", "LAST USED"],
        apiKeys.map(({ id, name, userId, expiresAt, lastUsedAt, revokedAt }) => [
          id,
          name,
          userId,
          stateOf(expiresAt, revokedAt),
          expiresAt ?? "never",
          lastUsedAt ?? "never",
        ]),
      ),
    ),
  );
}

function stateOf(expiresAt: string | null | undefined, revokedAt: string | null | undefined): string {
  if (revokedAt) return "revoked";
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? "expired" : "valid";
}

export async function revokeApiKey(context: CommandContext, id: string): Promise<void> {
  const { revokeApiKey: result } = await context.client.query<{ revokeApiKey: ApiKeyPayload }>(
    `mutation Revoke($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id revokedAt } userErrors { at field message code } } }`,
    { input: { id } },
  );
  assertNoUserErrors(result.userErrors, "the key was not revoked");
  context.print(`revoked   apikey/${id}`);
}
