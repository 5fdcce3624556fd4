import type { ResourceType } from "../ports.ts";

export interface NameRule {
  readonly pattern: RegExp;
  readonly maxLength: number;
  /** for the message after "expected" */
  readonly words: string;
}

const common: NameRule = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  maxLength: 48,
  words: "lower-case letters, digits and hyphens, no hyphen at either end, at most 48 characters",
};
const secretName: NameRule = {
  pattern: /^[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?$/,
  maxLength: 48,
  words: "lower-case letters, digits, hyphens and dots, none of these two at either end, at most 48 characters",
};
const depotName: NameRule = {
  ...common,
  pattern: /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  words: "lower-case letters and digits, a letter first, at most 48 characters",
};
const identityName: NameRule = {
  pattern: /^[a-z0-9][a-z0-9._@-]*$/,
  maxLength: 128,
  words: "lower-case letters, digits and `. _ @ -`, a letter or digit first, at most 128 characters",
};

/** WHY upper case: identity providers hand out subjects that have it. */
const userName: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._@-]*$/,
  maxLength: 128,
  words: "letters, digits and `. _ @ -`, a letter or digit first, at most 128 characters",
};

const vocabularyName: NameRule = {
  pattern: /^[a-z0-9](?:[-._a-z0-9]*[a-z0-9])?$/,
  maxLength: 128,
  words: "lower-case letters, digits and `. _ -`, none of these at either end, at most 128 characters",
};

/** As services name them; the platform's own words are refused where the rest of the manifest is looked at. */
const objectTypeName: NameRule = {
  pattern: /^[A-Za-z][A-Za-z0-9_.-]*$/,
  maxLength: 64,
  words: "letters, digits and `_ . -`, a letter first, at most 64 characters",
};

/** Names of resources by type (`reference/dataos.md` §1; instance secrets as their tutorial says). */
export const nameRules: Readonly<Record<ResourceType, NameRule>> = {
  "instance-secret": secretName,
  secret: secretName,
  depot: depotName,
  policy: common,
  grant: common,
  provider: vocabularyName,
  "use-case": vocabularyName,
  workflow: common,
  service: common,
  worker: common,
  monitor: common,
  pager: common,
  compute: common,
  cluster: depotName,
  volume: common,
  database: common,
  lakehouse: common,
  bundle: common,
  product: common,
  operator: common,
  stack: common,
  user: userName,
  role: identityName,
  "object-type": objectTypeName,
};

/** Names of workspaces. */
export const workspaceNameRule: NameRule = common;

export function isName(rule: NameRule, text: string): boolean {
  return text.length <= rule.maxLength && rule.pattern.test(text);
}
