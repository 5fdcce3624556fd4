import type { Problem } from "../../shared/errors.ts";
import type { FaultReporter } from "./faults.ts";
import { isSecretPath } from "./secret-values.ts";

// anchored, so that each looks at a text once
const userInfo = /^[^/?#@:]*:[^/?#@]+@/;
const parameter = /^(?:\w*password|passwd|pwd|\w*token|\w*secret|api_?key|access_?key)=./i;

/**
 * URLs that hold a password, where the value is not kept as a secret.
 * SECURITY: such a value would be stored in clear and shown to everybody who may read the resource; messages do not repeat it.
 */
export function findUrlPasswords(
  type: string,
  manifest: Readonly<Record<string, unknown>>,
  report: FaultReporter,
): readonly Problem[] {
  const problems: Problem[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === "object" && value !== null) {
      const isList = Array.isArray(value);
      for (const [key, item] of Object.entries(value)) walk(item, [...path, isList ? Number(key) : key]);
    } else if (typeof value === "string" && !isSecretPath(type, path) && holdsPassword(value)) {
      const text = `\`${path.join(".")}\` is a URL with a password in it, which everybody who may read the ${type} would see; put the password into a secret and leave it out here`;
      problems.push(report.at(path, text));
    }
  };
  walk(manifest, []);
  return problems;
}

function holdsPassword(text: string): boolean {
  return text
    .split(/\s/)
    .filter((word) => word.includes("://"))
    .some((word) => {
      const [, ...rests] = word.split("://");
      return (
        rests.some((rest) => userInfo.test(rest)) ||
        word
          .split(/[?&;]/)
          .slice(1)
          .some((part) => parameter.test(part))
      );
    });
}
