import { z } from "zod";
import { opaqueMap, opt, req, shortText, text } from "../schema.ts";

const spelling =
  "expected one spelling of a policy: `access: {…}`, `data: {type: mask|filter, …}`, or `type: data` with `rules: […]`";

/**
 * `policy:`; only its structure, because the language below is Heimdall's to check.
 * `access` and `data` are the vendor's spellings, `type` with `rules` the seeds' one.
 */
export const policySection = z
  .looseObject({
    access: opaqueMap.optional(),
    data: opaqueMap.optional(),
    rules: z.array(z.unknown()).max(1000).optional(),
  })
  .refine(
    (section) => [section.access, section.data, section.rules].filter((part) => part !== undefined).length === 1,
    {
      message: spelling,
    },
  );

const globs = z.array(z.string());
const anyOfAll = z.array(z.union([z.string(), globs]));

/** `policy:` as editors see it: the keys of all three spellings. */
export const policySchema = z
  .looseObject({
    access: opt(
      z.looseObject({
        name: opt(shortText, "its id among policies"),
        description: opt(text, "what it is for"),
        collection: opt(shortText, "the collection it belongs to; default `default`"),
        subjects: req(
          z.looseObject({ tags: req(anyOfAll, "who: one of these tags, or all of an inner list; globs") }),
          "who",
        ),
        predicates: req(globs, "what they do, e.g. `read`, `select`, `**`"),
        objects: req(
          z.looseObject({
            paths: opt(globs, "addresses, e.g. `dataos://sales:public/**`"),
            tags: opt(anyOfAll, "tags of the object, e.g. `PII.Email`"),
          }),
          "with what; where both are given both must match",
        ),
        allow: opt(z.boolean(), "allow or deny; default `false`: deny"),
        conditions: opt(z.array(z.unknown()), "CEL over subject, object, predicate and context; all must hold"),
      }),
      "who may do what with which objects",
    ),
    data: opt(
      z.looseObject({
        type: req(z.enum(["mask", "filter"]), "hide values, or rows"),
        priority: opt(z.number(), "1 to 100; the lower number wins"),
        depot: opt(shortText, "glob of depots"),
        collection: opt(shortText, "glob of collections"),
        dataset: opt(shortText, "glob of datasets"),
        dataset_id: opt(shortText, "`depot.collection.dataset`"),
        selector: req(z.looseObject({}), "whom (`user`) and which columns (`column`) it is about"),
        mask: opt(z.looseObject({}), "`operator`, and a mapping of its name with its settings"),
        filters: opt(z.array(z.unknown()), "`column`, `operator` and `value` of each"),
      }),
      "which values or rows are hidden from whom",
    ),
    type: opt(shortText, "`data`, with `rules`"),
    rules: opt(z.array(z.unknown()), "rules of `resource`, `actions`, `subjects`, `conditions` and `effect`"),
  })
  .describe("one of `access`, `data` and `rules`");
