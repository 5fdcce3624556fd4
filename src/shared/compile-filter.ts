import { compileGlob } from "./glob.ts";
import { type FilteredObject, matchesFilter, type ObjectFilter } from "./object-filter.ts";

/** Whether an object passes a filter. */
export type ObjectTest = (object: FilteredObject) => boolean;

/**
 * `matchesFilter` for one filter and many objects: globs are read once, and what a policy lists in an OR (thousands of paths,
 * say) is looked up, not gone through.
 *
 * @throws {BadInputError} a glob is malformed
 */
export function compileFilter(filter: ObjectFilter): ObjectTest {
  switch (filter.op) {
    case "and": {
      const tests = filter.of.map(compileFilter);
      return (object) => tests.every((test) => test(object));
    }
    case "or":
      return compileAny(filter.of);
    case "not": {
      const test = compileFilter(filter.of);
      return (object) => !test(object);
    }
    case "path":
    case "tag":
      return compileAny([filter]);
    default:
      return (object) => matchesFilter(filter, object);
  }
}

function compileAny(filters: readonly ObjectFilter[]): ObjectTest {
  const globs = { path: [] as string[], tag: [] as string[] };
  const tests: ObjectTest[] = [];
  for (const filter of filters) {
    if (filter.op === "path" || filter.op === "tag") globs[filter.op].push(filter.glob);
    else tests.push(compileFilter(filter));
  }
  if (globs.tag.length > 0) {
    const isTag = compileGlobs(globs.tag, "tag");
    tests.unshift(({ tags }) => tags.some(isTag));
  }
  if (globs.path.length > 0) {
    const isPath = compileGlobs(globs.path, "path");
    tests.unshift(({ paths }) => paths.some(isPath));
  }
  const [only] = tests;
  return only && tests.length === 1 ? only : (object) => tests.some((test) => test(object));
}

function compileGlobs(globs: readonly string[], kind: "path" | "tag"): (text: string) => boolean {
  const literals = new Set<string>();
  const prefixes: string[] = [];
  const others: ((text: string) => boolean)[] = [];
  for (const glob of globs) {
    const compiled = compileGlob(glob, kind);
    if (compiled.literal !== undefined) literals.add(compiled.literal);
    else if (compiled.prefixOnly) prefixes.push(compiled.prefix);
    else others.push((text) => text.startsWith(compiled.prefix) && compiled.matches(text));
  }
  const hasPrefix = compilePrefixes(prefixes);
  return (text) => literals.has(text) || hasPrefix(text) || others.some((matches) => matches(text));
}

/** By binary search: of prefixes none of which starts with another, only the greatest that is not above the text can start it. */
function compilePrefixes(all: readonly string[]): (text: string) => boolean {
  const prefixes: string[] = [];
  for (const prefix of [...all].sort()) {
    const last = prefixes.at(-1);
    if (last === undefined || !prefix.startsWith(last)) prefixes.push(prefix);
  }
  return (text) => {
    let low = 0;
    let high = prefixes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((prefixes[middle] ?? "") <= text) low = middle + 1;
      else high = middle;
    }
    const candidate = prefixes[low - 1];
    return candidate !== undefined && text.startsWith(candidate);
  };
}
