import { setFlagsFromString } from "node:v8";

type Parser = typeof import("libpg-query");

let loading: Promise<Parser> | undefined;

/** The parser, loaded when it is first asked for: 16 MB that a server needs when it scans, and not before. */
export function loadParser(): Promise<Parser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Parser> {
  // WHY: of a grammar in one huge function, V8's optimizing compiler takes 540 MB for seconds, and statements are parsed no faster
  // by the time it is done (docs/benchmarks.md). Nothing else here runs much WebAssembly.
  setFlagsFromString("--no-wasm-dynamic-tiering");
  setFlagsFromString("--no-wasm-tier-up");
  return import("libpg-query");
}
