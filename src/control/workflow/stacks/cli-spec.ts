import { z } from "zod";
import { formatProblem } from "../../../shared/errors.ts";
import { parseYamlDocuments } from "../../../shared/yaml.ts";
import { parseDurationMs } from "../../manifest/index.ts";
import type { StackFault } from "../../needs.ts";

const maxManifestChars = 200_000;
const word = z
  .string()
  .max(2000)
  .regex(/^[^\0\n]*$/, { message: "expected a word without line ends" });

/** A command as words, or as text whose words blanks part. */
const command = z.union([
  z.array(word).min(1).max(50),
  word.refine((text) => text.trim() !== "" && !/['"\\]/.test(text), {
    message: "expected words that blanks part, without quotes; a word with blanks stands in a list of words",
  }),
]);

const cliSpec = z.strictObject({
  commands: z.array(command).min(1, { message: "expected a command, e.g. `apply -f roles.yaml`" }).max(50),
  /** name of a file -> its text */
  manifests: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}\.ya?ml$/, {
        message: "expected the name of a file such as `roles.yaml`, without a folder",
      }),
      z.string().max(maxManifestChars),
    )
    .optional(),
  /** of all commands together */
  timeout: z
    .string()
    .refine((text) => (parseDurationMs(text) ?? Number.POSITIVE_INFINITY) <= 6 * 3_600_000, {
      message: "expected a duration up to `6h`, such as `10m`",
    })
    .optional(),
});

/** What a job of the stack `cli` does. */
export interface CliSpec {
  /** without the program's name */
  readonly commands: readonly (readonly string[])[];
  /** name of a file -> its text */
  readonly manifests: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
}

const defaultTimeoutMs = 900_000;

/** Commands that a job may give; the others keep, show or make keys, or are about the terminal that they are typed at. */
const allowed: ReadonlySet<string> = new Set(
  "apply create update diff delete get describe history rollback log logs run cancel rerun runs resource workspace lint develop search lineage can-i who-can what-can policy grant auth audit".split(
    " ",
  ),
);
/** SECURITY: with these the job's key would be sent elsewhere, or another one be used. */
const connecting = /^--(?:url|apikey|context)(?:=|$)/;

/** Reads a `stackSpec`; where there is a fault, there is no `spec`. */
export function readCliSpec(given: unknown): { readonly spec?: CliSpec; readonly faults: readonly StackFault[] } {
  const parsed = cliSpec.safeParse(given ?? {});
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      path: issue.path,
      message: lowerFirst((issue.code === "invalid_key" && issue.issues[0]?.message) || issue.message),
    }));
    return { faults };
  }
  const commands = parsed.data.commands.map(toWords);
  const manifests = new Map(Object.entries(parsed.data.manifests ?? {}));
  const faults = [
    ...commands.flatMap((words, index) => commandFaults(words, ["commands", index])),
    ...[...manifests].flatMap(([name, text]) => manifestFaults(text, ["manifests", name])),
  ];
  if (faults.length > 0) return { faults };
  const timeoutMs = parseDurationMs(parsed.data.timeout ?? "") ?? defaultTimeoutMs;
  return { spec: { commands, manifests, timeoutMs }, faults };
}

function toWords(given: string | readonly string[]): readonly string[] {
  const words = typeof given === "string" ? given.trim().split(/\s+/) : given;
  return words[0] === "dataos-ctl" ? words.slice(1) : words;
}

function commandFaults(words: readonly string[], path: StackFault["path"]): StackFault[] {
  const [first = ""] = words;
  if (!allowed.has(first)) {
    const message = `\`${first.slice(0, 60)}\` is not a command that a job may give; expected one of ${[...allowed].map((name) => `\`${name}\``).join(", ")}`;
    return [{ path, message }];
  }
  const refused = words.find((one) => connecting.test(one));
  if (refused === undefined) return [];
  const message = `\`${refused.split("=", 1)[0]}\` is not for jobs; a job asks this server, with a key of the user it runs as`;
  return [{ path, message }];
}

/** SECURITY: the text of a workflow is shown to whoever may read it; values of secrets are not to stand in it. */
function manifestFaults(text: string, path: StackFault["path"]): StackFault[] {
  const { documents, problems } = parseYamlDocuments(text, String(path.at(-1)));
  const unread = problems.map((problem) => ({ path, message: formatProblem(problem) }));
  const shown = documents.flatMap(({ value }) => {
    const document = isRecord(value) ? value : {};
    const { type } = document;
    const section = type === "secret" || type === "instance-secret" ? document[type] : undefined;
    const data = isRecord(section) && isRecord(section.data) ? section.data : {};
    return Object.entries(data)
      .filter(([, entry]) => typeof entry !== "string" || !/^\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)$/.test(entry))
      .map(([key]) => ({
        path,
        message: `the value of \`${key}\` would be readable in the workflow; write \`$\${NAME}\` and hand it over by \`dataosSecrets\``,
      }));
  });
  return [...unread, ...shown];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
