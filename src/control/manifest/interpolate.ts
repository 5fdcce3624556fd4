import { parseYamlScalar, type YamlDocument } from "../../shared/yaml.ts";

type Path = readonly PropertyKey[];

export interface InterpolationFault {
  readonly path: Path;
  readonly message: string;
  /** name of the variable that is not set, where that is the fault */
  readonly variable?: string;
}

const maxExpandedChars = 1_048_576;
const reference = /\$(?:(\$)|\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Replaces `$VAR` and `${VAR}` in the text values of a document and `$$` by `$`; keys and comments stay. A value without quotes that is only a
 * variable gets the type of what stands in it (`${PORT}` becomes a number), unless `keepsText` says otherwise.
 * What a variable holds is not looked into again. What `isVerbatim` names stays as it is.
 */
export function interpolate(
  document: Pick<YamlDocument, "value" | "plainScalars">,
  variables: ReadonlyMap<string, string>,
  keepsText: (path: Path) => boolean,
  isVerbatim: (path: Path) => boolean = () => false,
): { readonly value: unknown; readonly faults: readonly InterpolationFault[] } {
  const faults: InterpolationFault[] = [];
  let expandedChars = 0;
  const walk = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    if (typeof value !== "string" || !value.includes("$") || isVerbatim(path)) return value;
    const text = value.replaceAll(reference, (whole, dollar, braced, bare) => {
      if (dollar !== undefined) return "$";
      const name: string = bare ?? braced;
      if (!variableName.test(name)) {
        faults.push({
          path,
          message: `\`${whole.slice(0, 80)}\` is not a variable; expected \`\${NAME}\` with letters, digits and \`_\`, or \`$$\` for a plain \`$\``,
        });
        return whole;
      }
      const found = variables.get(name);
      if (found === undefined) {
        faults.push({
          path,
          variable: name,
          message: `variable \`${name}\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\``,
        });
        return whole;
      }
      expandedChars += found.length;
      return expandedChars > maxExpandedChars ? "" : found;
    });
    const isOnlyVariable = /^\$(?:\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*)$/.test(value);
    const isPlain = document.plainScalars.has(path.join("."));
    return isOnlyVariable && isPlain && !keepsText(path) ? (parseYamlScalar(text) ?? "") : text;
  };
  const value = walk(document.value, []);
  if (expandedChars > maxExpandedChars) {
    faults.push({
      path: [],
      message: `the variables expand to more than ${maxExpandedChars} characters; shorten them`,
    });
  }
  return { value, faults };
}
