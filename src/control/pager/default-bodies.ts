type Document = Readonly<Record<string, unknown>>;
type Event = "opened" | "resolved";

/** What a webhook gets without a template: the event and the whole incident. */
export function toJsonBody(document: Document, event: Event, deliveryId: string): string {
  return JSON.stringify({ type: `incident.${event}`, id: deliveryId, incident: document });
}

/**
 * A card as incoming webhooks of Microsoft Teams take it.
 * @see https://learn.microsoft.com/en-us/outlook/actionable-messages/message-card-reference
 */
export function toTeamsCard(document: Document, event: Event): string {
  return JSON.stringify({
    "@type": "MessageCard",
    "@context": "https://schema.org/extensions",
    summary: toSubject(document, event),
    themeColor: event === "resolved" ? "2EB886" : "D13438",
    title: toSubject(document, event),
    sections: [
      {
        text: escapeMarkdown(textOf(document.message)),
        facts: factsOf(document).map(([name, value]) => ({ name, value: escapeMarkdown(value) })),
      },
    ],
  });
}

/** One line, e.g. `[high] cpualerts: 93 is greater than 80`. */
export function toSubject(document: Document, event: Event): string {
  const { name, severity } = (document.properties ?? {}) as Document;
  const mark = textOf(severity) === "" ? "" : `[${textOf(severity)}] `;
  const text = `${mark}${event === "resolved" ? "resolved: " : ""}${textOf(name)}: ${textOf(document.summary)}`;
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 200);
}

/** Plain text. */
export function toMailText(document: Document, event: Event): string {
  const facts = factsOf(document).map(([name, value]) => `${name}: ${value}`);
  const head = event === "resolved" ? "This incident is resolved." : "An incident was opened.";
  return [head, "", textOf(document.message), "", ...facts, ""].join("\n");
}

function factsOf(document: Document): readonly (readonly [string, string])[] {
  const { name, severity, category, asset } = (document.properties ?? {}) as Document;
  const monitor = (document.monitor ?? {}) as Document;
  const report = (document.reportContext ?? {}) as Document;
  const facts: readonly (readonly [string, unknown])[] = [
    ["Incident", name],
    ["Severity", severity],
    ["Category", category],
    ["Asset", asset],
    ["Resource", report.resourceId],
    ["Monitor", `${textOf(monitor.workspace)}/${textOf(monitor.name)}`],
    ["Description", monitor.description],
    ["Opened", document.createTime],
    ["Resolved", document.resolveTime],
    ["Id", document.id],
  ];
  return facts.map(([key, value]) => [key, textOf(value).slice(0, 1000)] as const).filter(([, value]) => value !== "");
}

/** SECURITY: cards show Markdown; what a source says must not become a link. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]()<>#|~!]/g, (char) => `\\${char}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
