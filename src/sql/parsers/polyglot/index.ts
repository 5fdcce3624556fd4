export { createPolyglotParser } from "./polyglot-parser.ts";
