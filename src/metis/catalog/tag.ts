const maxTagChars = 256;
const word = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_-]*(?: [\p{L}\p{N}\p{M}_-]+)*$/u;

/** Where the tags begin that the server alone gives: what a thing is, and who somebody is. */
const reserved = ["dataos:", "users:", "roles:"];

/**
 * Whether a text may be a tag of an entity, whoever says it: at most 256 characters on one line, and not reserved.
 * SECURITY: policies trust reserved tags, so no source and no person may forge one, in whatever case.
 */
export function isTag(text: string): boolean {
  return (
    text !== "" && text.length <= maxTagChars && !/[\p{Cc}\p{Cs}]/u.test(text) && reservedStart(text) === undefined
  );
}

/** What is wrong with a tag that a person gives; `undefined`: nothing. */
export function faultOfTag(text: string): string | undefined {
  const shown = `\`${text.slice(0, 80)}\``;
  const start = reservedStart(text);
  if (start)
    return `${shown} is reserved: the server alone gives tags that begin with \`${start}\`; choose another word`;
  if (text.length <= maxTagChars && isWellFormed(text)) return undefined;
  return `${shown} is not a tag; expected \`Group.Tag\` or words joined by \`:\`, e.g. \`PII.Email\` or \`team:sales\`, at most ${maxTagChars} characters`;
}

function reservedStart(text: string): string | undefined {
  const lower = text.toLowerCase();
  return reserved.find((start) => lower.startsWith(start));
}

/** Two or more words or groups of words, joined by `.` or by `:`. */
function isWellFormed(text: string): boolean {
  const segments = text.split(/[.:]/);
  return segments.length > 1 && segments.every((segment) => word.test(segment));
}
