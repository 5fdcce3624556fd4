import { z } from "zod";
import { keyword, listOf, mapping, opaqueMap, opt, req, shortText, text, withAliases } from "../schema.ts";
import type { SectionReading } from "../section.ts";

const reference = mapping({
  name: opt(shortText, "a name for it"),
  title: opt(text, "a title for people"),
  description: opt(text, "what it is"),
  purpose: opt(text, "what it is for"),
  refType: opt(keyword(["dataos", "dataos_address", "depot"]), "what `ref` is"),
  ref: opt(text, "e.g. `bundle:v1beta:sales`, `dataset:lake:sales:orders`, `dataos://lake:sales/orders`"),
  type: opt(shortText, "type of the resource, where it is named by parts"),
  version: opt(shortText, "its version"),
  workspace: opt(shortText, "its workspace"),
  checks: opt(opaqueMap, "what it promises"),
  meta: opt(opaqueMap, "anything else"),
});
const references = opt(listOf(reference, 500), "what it is made of");

const data = mapping({
  meta: opt(opaqueMap, "title, addresses and anything else"),
  collaborators: opt(
    z
      .array(mapping({ name: req(shortText.min(1), "id of the user"), description: opt(text, "what they do") }))
      .max(200),
    "who works on it",
  ),
  relatedDataProducts: opt(z.array(shortText).max(200), "e.g. `data:v1beta:customer-360`"),
  resource: references,
  resources: references,
  inputs: opt(z.array(reference).max(500), "what it reads"),
  outputs: opt(z.array(reference).max(500), "what it gives"),
  ports: opt(
    mapping({
      lens: opt(reference, "the model it is asked by"),
      talos: opt(z.array(reference).max(50), "APIs"),
      rest: opt(
        z.array(mapping({ url: req(text, "address"), meta: opt(opaqueMap, "anything else") })).max(50),
        "REST APIs",
      ),
      postgres: opt(z.array(opaqueMap).max(50), "PostgreSQL addresses"),
    }),
    "how it is used",
  ),
  metrics: opt(z.array(reference).max(200), "what it is measured by"),
  useCases: opt(z.array(opaqueMap).max(200), "what it is used for"),
});

const head = {
  entity: opt(keyword(["product"]), "`product`"),
  type: opt(keyword(["data"]), "kind of product; default `data`"),
  purpose: opt(text, "what it is for"),
  collaborators: opt(z.array(shortText).max(200), "ids of those who work on it"),
  refs: opt(
    z.array(mapping({ title: req(text, "title of the page"), href: req(text, "its address") })).max(200),
    "pages about it",
  ),
};
const body = mapping({ data: req(data, "what it is made of") });
const aliases = { Purpose: "purpose" };

/** `product:` (`reference/dataos.md` §10), by version; the vendor's documents of `entity: product` are read as these. */
export const productSections = {
  v1beta: withAliases(mapping({ ...head, v1beta: req(body, "the product, in this version's form") }), aliases),
  v1alpha: withAliases(mapping({ ...head, v1alpha: req(body, "the product, in this version's form") }), aliases),
} as const;

type ProductReference = z.infer<typeof reference>;

/** A product, whichever spelling it was written in. */
export interface ProductSpec {
  readonly purpose: string | undefined;
  readonly resources: readonly ProductReference[];
  readonly inputs: readonly ProductReference[];
  readonly outputs: readonly ProductReference[];
}

export function readProductSection(given: unknown, version: string): SectionReading<ProductSpec> {
  const parsed =
    version === "v1alpha" ? productSections.v1alpha.safeParse(given) : productSections.v1beta.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const section = parsed.data;
  const {
    resource = [],
    resources = [],
    inputs = [],
    outputs = [],
  } = "v1alpha" in section ? section.v1alpha.data : section.v1beta.data;
  return { spec: { purpose: section.purpose, resources: [...resource, ...resources], inputs, outputs }, faults: [] };
}
