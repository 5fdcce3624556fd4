/** Types whose `${variables}` are their own and not the environment's. */
export const verbatimTypes: ReadonlySet<string> = new Set(["provider", "use-case"]);

const ownLanguage = /^(?:jsonSchema|includesInline|\w*Template|\w*JqFilters?)$/;

/** Whether the text at a path is in a language of its own, where `$` means something else: `$schema`, `$x` of a template or of jq. */
export function isOtherLanguage(path: readonly PropertyKey[]): boolean {
  return ownLanguage.test(String(path.at(-1))) || ownLanguage.test(String(path.at(-2)));
}
