import { z } from "zod";
import { bool, keyword, mapping, opt, req, scalarText, shortText } from "../schema.ts";

/** `database:` (`reference/dataos.md` §10): a database on the managed PostgreSQL, with its migrations. */
export const databaseSection = mapping({
  migrate: req(
    mapping({
      includes: opt(z.array(z.string().min(1).max(1024)).max(1000), "folders with `*.up.sql` and `*.down.sql` files"),
      includesInline: opt(
        z.preprocess(
          (given) => (typeof given === "string" ? { inline: given } : given),
          z.record(z.string().min(1).max(256), z.string().max(1_048_576)),
        ),
        "migrations in the manifest: name -> statements, in the order of the names",
      ),
      command: req(keyword(["up", "down"]), "apply them, or take them back"),
      parameter: opt(
        scalarText.refine((text) => /^[1-9]\d{0,3}$/.test(text), { message: "expected a number from 1 to 9999" }),
        "how many of them; default: all",
      ),
    }),
    "how its tables are made",
  ),
  dropOnDelete: opt(bool, "drop the database with the resource; default: it stays"),
  manageAsUser: opt(shortText.min(1), "whose rights it has"),
  compute: opt(shortText.min(1), "the compute that migrations run on"),
});

export type DatabaseSection = z.infer<typeof databaseSection>;
