import type { ResourceType } from "../ports.ts";
import { keyword, mapping, opt, req, shortText, tagList, text } from "./schema.ts";

/** Keys that every manifest has (`reference/dataos.md` §1). */
const keys = {
  name: req(shortText, "name of the resource; one per type and workspace"),
  version: opt(shortText, "version of the type's grammar"),
  type: req(shortText, "type of the resource; its section has the same key"),
  tags: opt(tagList, "tags; those that start with `dataos:` are the server's own and decide nothing"),
  description: opt(text, "what it is for"),
  owner: opt(shortText, "id of the user whose it is; default: whoever applies it"),
  layer: opt(keyword(["user", "system"]), "`user` or `system`"),
  workspace: opt(shortText, "the workspace, for types that have one; default `public`"),
};
const title = { title: opt(text, "has no effect here; each section has its own") };
const withTitle = mapping({ ...keys, ...title }, title);
const withUser = mapping(
  { ...keys, runAsUser: opt(shortText.min(1), "the same as `monitor.runAsUser`"), ...title },
  title,
);

/** The schema of a manifest without its section. */
export function headOf(type: ResourceType): typeof withTitle | typeof withUser {
  return type === "monitor" ? withUser : withTitle;
}
