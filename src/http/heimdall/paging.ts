import type { FastifyReply, FastifyRequest } from "fastify";
import { BadInputError } from "../../shared/errors.ts";

const defaultSize = 100;
const maxSize = 1_000;

/** Which part of a list is asked for; pages count from 0. */
export interface Page {
  readonly page: number;
  readonly size: number;
}

/** `?page=&size=`, with defaults. @throws {BadInputError} one of them is no number in its range */
export function readPage(request: FastifyRequest): Page {
  const query = request.query as Readonly<Record<string, unknown>>;
  const [page, size] = [Number(query.page ?? 0), Number(query.size ?? defaultSize)];
  if (!Number.isSafeInteger(page) || page < 0 || !Number.isSafeInteger(size) || size < 1 || size > maxSize) {
    throw new BadInputError(`\`page\` counts from 0, and \`size\` is 1 to ${maxSize}`);
  }
  return { page, size };
}

/**
 * A list as the vendor's version 1 has it: bare. All of it, or with `page` or `size` in the query that page; `X-Total-Count` says how many
 * there are, `Link` (RFC 8288) where the next ones are.
 */
export function sendList<T>(request: FastifyRequest, reply: FastifyReply, items: readonly T[]): readonly T[] {
  reply.header("x-total-count", String(items.length));
  const query = request.query as Readonly<Record<string, string>>;
  if (query.page === undefined && query.size === undefined) return items;
  const { page, size } = readPage(request);
  const end = (page + 1) * size;
  if (end < items.length) {
    const next = new URLSearchParams({ ...query, page: String(page + 1), size: String(size) });
    reply.header("link", `<${request.url.split("?", 1)[0]}?${next}>; rel="next"`);
  }
  return items.slice(page * size, end);
}
