import { BadInputError } from "../../../shared/errors.ts";

/** A query that a Prometheus server may answer, and this server's own metrics cannot. */
export class UnsupportedQueryError extends BadInputError {}
