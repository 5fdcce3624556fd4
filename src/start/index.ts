export { ensureOperator } from "./ensure-operator.ts";
export { openCore } from "./open-core.ts";
export { openLineage, openMail, openSearch } from "./open-engines.ts";
export { readEngines } from "./read-engines.ts";
export { recover } from "./recover.ts";
