import type { Attributes, AttributeValue } from "../../../shared/decision.ts";
import type { AttributeType } from "./cel.ts";
import { type AttributeDeclarations, platformAttributes } from "./compile-condition.ts";

/**
 * The platform's attributes and those that subjects hold, so that a misspelt name or a comparison with the wrong type is found
 * when a policy is applied. Values of different types leave the type open.
 */
export function declareObserved(subjects: Iterable<Attributes>): AttributeDeclarations {
  const types = new Map<string, AttributeType>();
  for (const attributes of subjects) {
    for (const [name, value] of Object.entries(attributes)) {
      const type = typeOf(value);
      const former = types.get(name);
      types.set(name, former === undefined || former === type ? type : "dyn");
    }
  }
  return { ...platformAttributes, subject: new Map([...platformAttributes.subject, ...types]) };
}

function typeOf(value: AttributeValue): AttributeType {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return "list<string>";
  // WHY: to CEL `3` is an int and `3.0` a double, and a number of YAML or JSON may be meant as either
  return "dyn";
}
