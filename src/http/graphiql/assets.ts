import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { NotFoundError } from "../../shared/errors.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

const require = createRequire(import.meta.url);
const javascript = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";

/** Files of installed packages by the name they are served under; nothing else can be read. */
const packageFiles: ReadonlyMap<string, { readonly manifest: string; readonly file: string; readonly type: string }> =
  new Map([
    [
      "react.js",
      { manifest: require.resolve("react/package.json"), file: "umd/react.production.min.js", type: javascript },
    ],
    [
      "react-dom.js",
      {
        manifest: require.resolve("react-dom/package.json"),
        file: "umd/react-dom.production.min.js",
        type: javascript,
      },
    ],
    ["graphiql.js", { manifest: require.resolve("graphiql/package.json"), file: "graphiql.min.js", type: javascript }],
    ["graphiql.css", { manifest: require.resolve("graphiql/package.json"), file: "graphiql.min.css", type: css }],
  ]);

const ownFiles: ReadonlyMap<string, { readonly body: string; readonly type: string }> = new Map([
  ["page.js", { body: pageScript, type: javascript }],
  ["page.css", { body: pageStyle, type: css }],
]);

/** @throws {NotFoundError} not a file of the page */
export async function readAsset(file: string): Promise<{ readonly type: string; readonly body: string | Readable }> {
  const own = ownFiles.get(file);
  if (own) return own;
  const known = packageFiles.get(file);
  if (!known) throw new NotFoundError("no such file");
  return { type: known.type, body: createReadStream(join(dirname(known.manifest), known.file)) };
}
