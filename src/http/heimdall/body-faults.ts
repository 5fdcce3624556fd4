import type { ResourceType } from "../../control/ports.ts";
import { BadInputError, ForbiddenError, type Problem } from "../../shared/errors.ts";
import { parseYamlDocuments } from "../../shared/yaml.ts";

/**
 * The same failure with its faults by the fields of the body that the caller sent, who knows nothing of the manifest that it became.
 * @param text the manifest as JSON, one value on a line
 */
export function inTermsOfBody(error: unknown, text: string, type: ResourceType): unknown {
  const isRefused = error instanceof ForbiddenError;
  if (!(error instanceof BadInputError || isRefused) || error.problems.length === 0) return error;
  const fields = readFields(text);
  const problems = error.problems.map((problem) => toBodyProblem(problem, fields, type));
  const message = problems.length === 1 ? (problems[0]?.message ?? "") : error.message;
  const options = { cause: error, problems };
  return isRefused ? new ForbiddenError(message, error.decisionId, options) : new BadInputError(message, options);
}

/** Dotted path of the value on each line. */
function readFields(text: string): ReadonlyMap<number, string> {
  const fields = new Map<number, string>();
  const [document] = parseYamlDocuments(text, "").documents;
  // the longest path last: a list and its first item may begin on one line
  const paths = [...(document?.positions ?? [])].sort(([a], [b]) => a.length - b.length);
  for (const [path, { line }] of paths) fields.set(line, path);
  return fields;
}

function toBodyProblem({ at, message }: Problem, fields: ReadonlyMap<number, string>, type: ResourceType): Problem {
  const sections = type === "policy" ? ["policy.access.", "policy.data.", "policy.", "access.", "data."] : [`${type}.`];
  const strip = (path: string): string => {
    const section = sections.find((prefix) => `${path}.`.startsWith(prefix));
    return section === undefined ? path : path.slice(section.length);
  };
  const field = strip((at && fields.get(at.line)) ?? "");
  const own = sections.reduce((words, section) => words.replaceAll(`\`${section}`, "`"), message);
  // the whole body, and the name that all that is refused stands at, say nothing more
  const isNamed = field === "" || field === "name" || own.includes(`\`${field}\``);
  return { field, message: isNamed ? own : `\`${field}\`: ${own}` };
}
