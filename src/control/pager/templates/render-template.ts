import { Liquid } from "liquidjs";
import { BadInputError } from "../../../shared/errors.ts";
import { type Escape, parseGoTemplate } from "./go-template.ts";
import type { Value } from "./go-values.ts";

export interface BodyTemplate {
  readonly text: string;
  /** `liquid` or `go`; default `go`, as the documents have it */
  readonly language: string | undefined;
  /** what the body is; values are escaped for it */
  readonly contentType: string;
}

const maxRenderedChars = 262_144;
const limits = { parseLimit: 65_536, renderLimit: 1000, memoryLimit: 2_000_000 };
const goNames: ReadonlySet<string> = new Set(["go", "gotemplate", "go-template", "text/template"]);

/** @throws {BadInputError} the template, or its language, is not known here */
export function checkTemplate(template: BodyTemplate): void {
  if (isLiquid(template)) openLiquid(template).parse(template.text);
  else parseGoTemplate(template.text);
}

/**
 * A message made of a template and an incident. Values are escaped for the kind of body they stand in, so that what a source says
 * never becomes part of its structure.
 * @throws {BadInputError} it is wrong, takes too long, or makes more than 256 Ki characters
 */
export function renderTemplate(template: BodyTemplate, document: Readonly<Record<string, unknown>>): string {
  const body = isLiquid(template) ? renderLiquid(template, document) : renderGo(template, document);
  if (body.length <= maxRenderedChars) return body;
  throw new BadInputError(`the template makes more than ${maxRenderedChars} characters`);
}

function isLiquid({ language }: BodyTemplate): boolean {
  const name = language?.trim().toLowerCase();
  if (name === undefined || name === "" || goNames.has(name)) return false;
  if (name === "liquid") return true;
  throw new BadInputError(`\`${name.slice(0, 40)}\` is no language of templates; expected \`liquid\` or \`go\``);
}

function renderGo({ text, contentType }: BodyTemplate, document: Readonly<Record<string, unknown>>): string {
  return parseGoTemplate(text)(document as { readonly [key: string]: Value }, escapeFor(contentType));
}

function renderLiquid(template: BodyTemplate, document: Readonly<Record<string, unknown>>): string {
  try {
    return openLiquid(template).parseAndRenderSync(template.text, document);
  } catch (error) {
    throw toPlanned(error);
  }
}

function openLiquid({ contentType }: BodyTemplate): {
  parse(text: string): void;
  parseAndRenderSync(text: string, scope: object): string;
} {
  const escapeText = escapeFor(contentType);
  const engine = new Liquid({
    ...limits,
    // SECURITY: no files, and nothing of JavaScript's own
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    outputEscape: (value: unknown) =>
      escapeText(typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "")),
  });
  return {
    parse(text) {
      try {
        engine.parse(text);
      } catch (error) {
        throw toPlanned(error);
      }
    },
    parseAndRenderSync: (text, scope) => String(engine.parseAndRenderSync(text, scope)),
  };
}

function toPlanned(error: unknown): BadInputError {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return new BadInputError(`the template is wrong: ${line.slice(0, 200)}`, { cause: error });
}

function escapeFor(contentType: string): Escape {
  if (/\bjson\b/i.test(contentType)) return (text) => JSON.stringify(text).slice(1, -1);
  if (/\b(?:html|xml)\b/i.test(contentType))
    return (text) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return (text) => text;
}
