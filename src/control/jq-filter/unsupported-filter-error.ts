import { BadInputError } from "../../shared/errors.ts";

/** A filter that jq may know and this server does not. */
export class UnsupportedFilterError extends BadInputError {}
