export { generateApiKey, generateApiKeyId, type PresentedKey, parseApiKey } from "./api-key.ts";
export { assertTagNamespace, checkSubjectTags, defaultTagNamespaces, suggestNamespace } from "./tag-namespaces.ts";
