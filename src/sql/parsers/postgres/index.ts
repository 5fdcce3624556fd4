export { createPostgresParser } from "./postgres-parser.ts";
