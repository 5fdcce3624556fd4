import type { Attributes, AttributeValue, DecisionObject, DecisionRequest } from "../../../shared/decision.ts";

/** One thing that could be otherwise. */
export type Change =
  | { readonly change: "askFor"; readonly predicate: string }
  | { readonly change: "askAt"; readonly time: number }
  | { readonly change: "addSubjectTag"; readonly tag: string; readonly glob: string }
  | { readonly change: "addObjectTag"; readonly tag: string; readonly glob: string }
  | { readonly change: "removeObjectTag"; readonly tag: string }
  | { readonly change: "addObjectPath"; readonly path: string; readonly glob: string }
  | { readonly change: "removeObjectPath"; readonly path: string }
  | {
      readonly change: "setAttribute";
      readonly of: "subject" | "object";
      readonly attribute: string;
      /** `undefined`: take it away */
      readonly value: AttributeValue | undefined;
    }
  /** of a rule that denies */
  | { readonly change: "removeRule"; readonly rule: string };

/** The request with the change made; a removed rule is not the request's. */
export function applyChange(request: DecisionRequest, change: Change): DecisionRequest {
  const { subject, object } = request;
  const withObject = (facts: Partial<DecisionObject>): DecisionRequest => ({
    ...request,
    object: { ...object, ...facts },
  });
  switch (change.change) {
    case "askFor":
      return { ...request, predicate: change.predicate };
    case "askAt":
      return { ...request, context: { ...request.context, time: change.time } };
    case "addSubjectTag":
      return { ...request, subject: { ...subject, tags: [...subject.tags, change.tag] } };
    case "addObjectTag":
      return withObject({ tags: [...object.tags, change.tag] });
    case "removeObjectTag":
      return withObject({ tags: object.tags.filter((tag) => tag !== change.tag) });
    case "addObjectPath":
      return withObject({ paths: [...object.paths, change.path] });
    case "removeObjectPath":
      return withObject({ paths: object.paths.filter((path) => path !== change.path) });
    case "setAttribute": {
      const steps = change.attribute.split(".");
      if (change.of === "object") return withObject({ attributes: setAt(object.attributes, steps, change.value) });
      return { ...request, subject: { ...subject, attributes: setAt(subject.attributes, steps, change.value) } };
    }
    case "removeRule":
      return request;
  }
}

/** The change in words, e.g. `give the subject the tag \`roles:id:analyst\``. */
export function describeChange(change: Change): string {
  switch (change.change) {
    case "askFor":
      return `ask for \`${change.predicate}\` instead`;
    case "askAt":
      return `ask while the rule is in force, or extend it (tried at ${new Date(change.time).toISOString()})`;
    case "addSubjectTag":
      return `give the subject ${nameTag(change)}`;
    case "addObjectTag":
      return `put ${nameTag(change)} on the object`;
    case "removeObjectTag":
      return `take the tag \`${change.tag}\` off the object`;
    case "addObjectPath":
      return `let the rule reach the object: it speaks of \`${change.glob}\``;
    case "removeObjectPath":
      return `name the object other than \`${change.path}\``;
    case "setAttribute": {
      const name = `\`${change.of}.${change.attribute}\``;
      return change.value === undefined ? `take ${name} away` : `set ${name} to ${JSON.stringify(change.value)}`;
    }
    case "removeRule":
      return `make an exception in rule \`${change.rule}\`, which denies`;
  }
}

function nameTag({ tag, glob }: { readonly tag: string; readonly glob: string }): string {
  return tag === glob ? `the tag \`${tag}\`` : `a tag that matches \`${glob}\``;
}

function setAt(attributes: Attributes, steps: readonly string[], value: AttributeValue | undefined): Attributes {
  const [step = "", ...rest] = steps;
  if (rest.length === 0) {
    const { [step]: _former, ...others } = attributes;
    return value === undefined ? others : { ...others, [step]: value };
  }
  const inner = attributes[step];
  const nested = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as Attributes) : {};
  return { ...attributes, [step]: setAt(nested, rest, value) };
}
