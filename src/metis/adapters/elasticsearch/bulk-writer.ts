import { createHash } from "node:crypto";
import type { estypes } from "@elastic/elasticsearch";
import type { Clock } from "../../../shared/clock.ts";
import { StorageFullError, UnavailableError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { SearchStore } from "../../ports.ts";
import { type ElasticConnection, isOutOfSpace } from "./elastic-connection.ts";
import { writeAlias } from "./search-index.ts";
import { toIndexBody } from "./search-mapping.ts";

type Changes = Parameters<SearchStore["apply"]>[0];

interface Write {
  readonly urn: string;
  readonly seq: number;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Refusal {
  readonly write: Write;
  readonly reason: string;
}

/** Id of the document that holds how far the index is. */
export const stateId = "state";
const maxBulkChars = 4_000_000;
const attempts = 6;
const firstDelayMs = 100;

/**
 * Writes changes into `index`, then how far it is. What Elasticsearch refuses for good goes to `deadLetters` with the reason and
 * its old form is removed, so that one document holds nothing up and nothing outdated stays visible.
 *
 * @throws {UnavailableError} it was busy through all retries; nothing is counted as applied
 */
export async function writeChanges(
  connection: ElasticConnection,
  index: string,
  deadLetters: string,
  changes: Changes,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<void> {
  const writes: Write[] = [
    ...changes.upserts.map((document) => ({
      urn: document.urn,
      seq: document.seq,
      version: 2 * document.seq,
      body: toIndexBody(document),
    })),
    // WHY odd: of an upsert and a delete with one sequence number the delete wins, in whatever order they arrive
    ...changes.deletes.map(({ urn, seq }) => ({ urn, seq, version: 2 * seq + 1, body: { live: false } })),
  ];
  const refusals: Refusal[] = [];
  for (const batch of inBatches(writes)) {
    refusals.push(...(await writeBatch(connection, index, batch, clock)));
  }
  if (refusals.length > 0) {
    for (const { write, reason } of refusals) {
      logger.error({ urn: write.urn, seq: write.seq, reason }, "search document refused by Elasticsearch");
    }
    await keepDeadLetters(connection, deadLetters, refusals, clock);
    // SECURITY: the form before may be visible to more people than the one that was refused
    const removals = refusals.map(({ write }) => ({ ...write, body: { live: false } }));
    for (const batch of inBatches(removals)) await writeBatch(connection, index, batch, clock);
  }
  // INVARIANT: all content can be found before the index says that it has it
  await connection.call((client) =>
    client
      .index({
        index: writeAlias(index),
        require_alias: true,
        id: stateId,
        version: changes.appliedSeq,
        version_type: "external_gte",
        document: { live: false, appliedSeq: changes.appliedSeq },
      })
      .catch((error: unknown) => {
        if (isConflict(error)) return;
        throw error;
      }),
  );
}

async function writeBatch(
  connection: ElasticConnection,
  index: string,
  batch: readonly Write[],
  clock: Clock,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  let left = batch;
  for (let attempt = 1; ; attempt++) {
    const sent = left;
    const { items } = await connection.call((client) =>
      client.bulk({
        index: writeAlias(index),
        require_alias: true,
        refresh: true,
        operations: sent.flatMap(({ urn, version, body }) => [
          { index: { _id: toId(urn), version, version_type: "external_gte" as const } },
          body,
        ]),
      }),
    );
    const busy: Write[] = [];
    for (const [at, item] of items.entries()) {
      const write = sent[at];
      const outcome = item.index;
      if (!write || !outcome || outcome.status < 300 || outcome.status === 409) continue;
      const reason = describe(outcome.error);
      if (isOutOfSpace(outcome.error?.type ?? "", reason)) {
        throw new StorageFullError("Elasticsearch has no room left on its disk; free some and try again");
      }
      if (outcome.status === 429 || outcome.status >= 500) busy.push(write);
      else if (outcome.status === 404) throw new UnavailableError(`the search index \`${index}\` is gone; try again`);
      else refusals.push({ write, reason });
    }
    if (busy.length === 0) return refusals;
    if (attempt === attempts) {
      throw new UnavailableError(`Elasticsearch was too busy to take ${busy.length} documents; try again later`);
    }
    await new Promise<void>((resolve) => clock.schedule(firstDelayMs * 2 ** (attempt - 1), resolve));
    left = busy;
  }
}

async function keepDeadLetters(
  connection: ElasticConnection,
  index: string,
  refusals: readonly Refusal[],
  clock: Clock,
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  await connection.call((client) =>
    client.indices
      .create({
        index,
        settings: { number_of_shards: 1, auto_expand_replicas: "0-1" },
        mappings: {
          dynamic: false,
          properties: { urn: { type: "keyword", ignore_above: 8_000 }, seq: { type: "long" }, at: { type: "date" } },
        },
      })
      .catch((error: unknown) => {
        if (!isAlreadyThere(error)) throw error;
      }),
  );
  await connection.call((client) =>
    client.bulk({
      index,
      refresh: true,
      operations: refusals.flatMap(({ write: { urn, seq, body }, reason }) => [
        { index: { _id: `${toId(urn)}-${seq}` } },
        { urn, seq, at, reason, document: body.document },
      ]),
    }),
  );
}

/** WHY hashed: an id has at most 512 bytes, a URN may have more. */
function toId(urn: string): string {
  return createHash("sha256").update(urn).digest("base64url");
}

function* inBatches(writes: readonly Write[]): Generator<readonly Write[]> {
  let batch: Write[] = [];
  let chars = 0;
  for (const write of writes) {
    const size = typeof write.body.document === "string" ? 4 * write.body.document.length : 100;
    if (batch.length > 0 && chars + size > maxBulkChars) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(write);
    chars += size;
  }
  if (batch.length > 0) yield batch;
}

function describe(error: estypes.ErrorCause | undefined): string {
  // the outer reason quotes the value, which may be long and is nobody's business
  return error ? `${error.type}: ${error.caused_by?.reason ?? error.reason ?? ""}`.slice(0, 500) : "unknown reason";
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 409;
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && error.message.includes("resource_already_exists_exception");
}
