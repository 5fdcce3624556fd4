import { BadInputError, type Problem } from "../../shared/errors.ts";
import { faultOfTag } from "./tag.ts";

/** What people may change; everything else is the source's. */
const editable = ["documentation", "tags", "ownership", "custom"] as const;
const maxDescriptionChars = 100_000;
const maxListItems = 200;
const maxItemChars = 256;
const maxCustomChars = 100_000;

/**
 * Checks a person's edit and brings it into its stored form: lists without doubles, unknown members refused. `null` withdraws.
 * @throws {BadInputError} with every fault
 */
export function parseEdit(aspects: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const problems: Problem[] = [];
  const edit = new Map<string, unknown>();
  for (const [aspect, value] of Object.entries(aspects)) {
    const report = (field: string, message: string): void => {
      problems.push({ field: `${aspect}${field}`, message });
    };
    if (!(editable as readonly string[]).includes(aspect)) {
      report("", `\`${aspect}\` cannot be edited; expected one of ${editable.map((name) => `\`${name}\``).join(", ")}`);
    } else if (value === null) {
      edit.set(aspect, null);
    } else if (typeof value !== "object" || Array.isArray(value) || value === undefined) {
      report("", `\`${aspect}\` must be an object, or null to withdraw what was said`);
    } else {
      edit.set(aspect, parseAspect(aspect as (typeof editable)[number], value as Record<string, unknown>, report));
    }
  }
  const [first] = problems;
  if (first) throw new BadInputError(first.message, { problems });
  return edit;
}

type Report = (field: string, message: string) => void;

function parseAspect(aspect: (typeof editable)[number], value: Record<string, unknown>, report: Report): unknown {
  switch (aspect) {
    case "documentation": {
      onlyMembers(value, ["description"], report);
      const { description } = value;
      if (typeof description !== "string" || description.length > maxDescriptionChars) {
        report(".description", `\`description\` must be a text of at most ${maxDescriptionChars} characters`);
      }
      return { description };
    }
    case "tags": {
      onlyMembers(value, ["tags", "withdrawn"], report);
      const tags = parseTags(value.tags ?? [], ".tags", report);
      // WHY any text: what a source calls a tag can be taken away whatever its form
      const withdrawn = parseList(value.withdrawn ?? [], ".withdrawn", report);
      return withdrawn.length > 0 ? { tags, withdrawn } : { tags };
    }
    case "ownership":
      onlyMembers(value, ["owners"], report);
      return { owners: parseList(value.owners, ".owners", report) };
    case "custom":
      if (JSON.stringify(value).length > maxCustomChars) {
        report("", `\`custom\` is longer than ${maxCustomChars} characters; store a link to it instead`);
      }
      return value;
  }
}

function parseList(value: unknown, field: string, report: Report): string[] {
  const isItem = (item: unknown): item is string =>
    typeof item === "string" && item.length <= maxItemChars && /^\S(?:[^\p{Cc}]*\S)?$/u.test(item);
  if (!Array.isArray(value) || value.length > maxListItems || !value.every(isItem)) {
    report(
      field,
      `\`${field.slice(1)}\` must be a list of at most ${maxListItems} texts of 1 to ${maxItemChars} characters without blanks at their ends`,
    );
    return [];
  }
  return [...new Set(value)];
}

/** WHY the first fault only: a list of 200 wrong tags is one mistake. */
function parseTags(value: unknown, field: string, report: Report): string[] {
  const tags = parseList(value, field, report);
  const fault = tags.map(faultOfTag).find((message) => message !== undefined);
  if (fault) report(field, fault);
  return tags;
}

function onlyMembers(value: Record<string, unknown>, allowed: readonly string[], report: Report): void {
  for (const member of Object.keys(value)) {
    if (allowed.includes(member)) continue;
    report(`.${member}`, `unknown member \`${member}\`; expected ${allowed.map((name) => `\`${name}\``).join(", ")}`);
  }
}
