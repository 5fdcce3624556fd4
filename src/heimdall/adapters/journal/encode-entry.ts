import { canonicalJson } from "../../audit/index.ts";
import type { AuditEntry, AuditItem } from "../../ports.ts";

/** Stands between the pieces of an encoded entry; JSON has it in no text. */
const gap = "\t";

/**
 * The canonical JSON of a record in four pieces, with gaps for what only the writer knows. INVARIANT: keys in the order of
 * canonical JSON: action actor | at chain | decisionId details ip items object outcome policyVersion | prevHash | requestId rules |
 * seq | type.
 */
export function encodeEntry(entry: AuditEntry): string {
  const { action, actor, decisionId, details, ip, items, object, outcome, policyVersion, requestId, rules, type } =
    entry;
  let middle = "";
  if (decisionId !== undefined) middle += `"decisionId":${quote(decisionId)},`;
  if (details !== undefined) middle += `"details":${canonicalJson(details)},`;
  if (ip !== undefined) middle += `"ip":${quote(ip)},`;
  if (items !== undefined) middle += `"items":[${items.map(encodeItem).join(",")}],`;
  middle += `"object":${quoteAll(object)},"outcome":"${outcome}"`;
  if (policyVersion !== undefined) middle += `,"policyVersion":${quote(policyVersion)}`;
  let end = "";
  if (requestId !== undefined) end += `,"requestId":${quote(requestId)}`;
  if (rules !== undefined) end += `,"rules":${quoteAll(rules)}`;
  return `{"action":${quote(action)},"actor":${quote(actor)},${gap}${middle}${gap}${end}${gap}"type":${quote(type)}}`;
}

/** Canonical JSON, keys in order as above. */
function encodeItem({ action, object, outcome, problems, reason, rules, subject }: AuditItem): string {
  let text = `{"action":${quote(action)},"object":${quoteAll(object)},"outcome":"${outcome}"`;
  if (problems !== undefined) text += `,"problems":${quoteAll(problems)}`;
  if (reason !== undefined) text += `,"reason":${quote(reason)}`;
  if (rules !== undefined) text += `,"rules":${quoteAll(rules)}`;
  return `${text},"subject":${quote(subject)}}`;
}

/** The canonical JSON of an encoded entry's record. @param at needs no escapes @param chain likewise */
export function completeEntry(encoded: string, chain: string, seq: number, at: string, prevHash: string): string {
  const [start = "", middle = "", end = "", type = ""] = encoded.split(gap);
  return `${start}"at":"${at}","chain":"${chain}",${middle},"prevHash":"${prevHash}"${end},"seq":${seq},${type}`;
}

const plain = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function quoteAll(texts: readonly string[]): string {
  return texts.length === 1 ? `[${quote(texts[0] ?? "")}]` : `[${texts.map(quote).join(",")}]`;
}
