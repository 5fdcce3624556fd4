import type { Attributes, AttributeValue } from "../../../shared/decision.ts";
import { canonicalJson } from "../../audit/index.ts";
import type { AuditEntry, AuditItem } from "../../ports.ts";

const maxObjects = 100;
const maxItemTexts = 10;
const maxTextLength = 2_000;
const maxDetailsLength = 16_384;
/** no character of a JSON text needs more, `\u0000` */
const maxCharacterLength = 6;
/** what may need a change, so that most texts are looked at once only */
const unstorable = /[\0\n\ud800-\udfff]/;

/**
 * The entry with texts that every engine can store and a size that a caller from outside cannot blow up: long texts are cut, more
 * than 100 objects are counted, details above 16 KiB are left out with a note. One that is so already comes back as it is.
 */
export function boundEntry(entry: AuditEntry): AuditEntry {
  return isBounded(entry) ? entry : toBounded(entry);
}

function isBounded(entry: AuditEntry): boolean {
  return (
    isClean(entry.type) &&
    isClean(entry.actor) &&
    isClean(entry.action) &&
    areClean(entry.object, maxObjects) &&
    isClean(entry.decisionId) &&
    isClean(entry.policyVersion) &&
    areClean(entry.rules, maxObjects) &&
    isClean(entry.requestId) &&
    isClean(entry.ip) &&
    areBoundedDetails(entry.details) &&
    areBoundedItems(entry.items)
  );
}

function areBoundedItems(items: readonly AuditItem[] | undefined): boolean {
  if (items === undefined) return true;
  if (items.length > maxObjects) return false;
  for (const { subject, action, object, rules, reason, problems } of items) {
    const isBoundedItem =
      isClean(subject) &&
      isClean(action) &&
      areClean(object, maxItemTexts) &&
      areClean(rules, maxItemTexts) &&
      isClean(reason) &&
      areClean(problems, maxItemTexts);
    if (!isBoundedItem) return false;
  }
  return true;
}

/** Whether flat details are short for sure; those that are not are looked at in full. */
function areBoundedDetails(details: Attributes | undefined): boolean {
  if (details === undefined) return true;
  let length = 0;
  for (const key of Object.keys(details)) {
    const value = details[key];
    // 5: for a number, up to 30 characters
    length += key.length + 5;
    if (typeof value === "string") length += value.length;
    else if (Array.isArray(value))
      for (const item of value) length += typeof item === "string" ? item.length : Infinity;
    else if (typeof value === "object" && value !== null) return false;
    if (!isClean(key) || !(typeof value === "string" ? isClean(value) : areCleanValues(value))) return false;
  }
  return length * maxCharacterLength < maxDetailsLength / 2;
}

function areCleanValues(value: AttributeValue | undefined): boolean {
  if (!Array.isArray(value)) return value !== undefined;
  for (const item of value) if (typeof item !== "string" || !isClean(item)) return false;
  return true;
}

function areClean(texts: readonly string[] | undefined, max: number): boolean {
  if (texts === undefined) return true;
  if (texts.length > max) return false;
  for (const text of texts) if (!isClean(text)) return false;
  return true;
}

function isClean(text: string | undefined): boolean {
  return text === undefined || (text.length <= maxTextLength && !unstorable.test(text));
}

function toBounded(entry: AuditEntry): AuditEntry {
  const object = entry.object.slice(0, maxObjects).map(cleanText);
  const rest = entry.object.length - object.length;
  const details = rest > 0 ? { ...entry.details, objectsLeftOut: rest } : entry.details;
  return {
    type: cleanText(entry.type),
    actor: cleanText(entry.actor),
    action: cleanText(entry.action),
    object,
    outcome: entry.outcome,
    ...(entry.decisionId !== undefined && { decisionId: cleanText(entry.decisionId) }),
    ...(entry.policyVersion !== undefined && { policyVersion: cleanText(entry.policyVersion) }),
    ...(entry.rules !== undefined && { rules: entry.rules.slice(0, maxObjects).map(cleanText) }),
    ...(entry.requestId !== undefined && { requestId: cleanText(entry.requestId) }),
    ...(entry.ip !== undefined && { ip: cleanText(entry.ip) }),
    ...(details !== undefined && { details: boundDetails(details) }),
    ...(entry.items !== undefined && { items: entry.items.slice(0, maxObjects).map(boundItem) }),
  };
}

function boundItem({ subject, action, object, outcome, rules, reason, problems }: AuditItem): AuditItem {
  return {
    subject: cleanText(subject),
    action: cleanText(action),
    object: object.slice(0, maxItemTexts).map(cleanText),
    outcome,
    ...(rules !== undefined && { rules: rules.slice(0, maxItemTexts).map(cleanText) }),
    ...(reason !== undefined && { reason: cleanText(reason) }),
    ...(problems !== undefined && { problems: problems.slice(0, maxItemTexts).map(cleanText) }),
  };
}

function boundDetails(details: Attributes): Attributes {
  const clean = cleanValue(details) as Attributes;
  const length = canonicalJson(clean).length;
  return length > maxDetailsLength ? { leftOut: `details of ${length} characters` } : clean;
}

function cleanValue(value: AttributeValue): AttributeValue {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [cleanText(key), cleanValue(item)]));
}

// WHY: PostgreSQL has no NUL in text, and half a surrogate pair has no UTF-8; a line end would part an object in two
function cleanText(text: string): string {
  if (isClean(text)) return text;
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return cut.toWellFormed().replaceAll("\0", "\ufffd").replaceAll("\n", " ");
}
