import { errorFaces } from "../shared/errors.ts";

const startHere = `Start here
  dataos-ctl apply -f examples/quickstart         create or update what the files describe
  dataos-ctl log -t workflow -n scan-shopdb -f    follow the scan
  dataos-ctl get -a                               what is there, and how it is doing
  dataos-ctl search customer mail                 find tables and columns
  dataos-ctl lineage dataos://shopdb:shop/customer_value#lifetime_value
  dataos-ctl can-i select dataos://shopdb:shop/supplier --as alice
  dataos-ctl audit verify

Where to connect: --url and --apikey, else DATAOS_URL and DATAOS_APIKEY, else what \`context add\` has kept, else the
lines \`url: …\` and \`apikey: …\` of ~/.dataos/config.yaml (or of the file that DATAOS_CLI_CONFIG names). A key that is
kept with a server's address is sent to that address only.
Results go to standard output; notes, warnings and errors to standard error. Colours are for terminals; NO_COLOR turns
them off, FORCE_COLOR on.`;

/** What each exit code means. */
const exitCodes = [
  "Exit codes",
  "  0  done (can-i: allowed; audit verify: sound; diff: nothing would change)",
  "  1  failed: a run that failed, a fault of the server (audit verify: tampered; diff: something would change)",
  `  ${errorFaces.BAD_USER_INPUT.exit}  wrong input or usage (audit verify: incomplete)`,
  `  ${errorFaces.UNAUTHENTICATED.exit}  no API key, or one that is not valid`,
  `  ${errorFaces.FORBIDDEN.exit}  not allowed (can-i: denied)`,
  `  ${errorFaces.NOT_FOUND.exit}  not found, or hidden from you`,
  `  ${errorFaces.CONFLICT.exit}  conflict: in use, or changed by somebody else`,
  `  ${errorFaces.UNAVAILABLE.exit}  not reachable, too slow, too busy or full; try again`,
].join("\n");

/** Ends the help of the program. */
export const programNotes = `${startHere}\n\n${exitCodes}`;

const examples: Readonly<Record<string, readonly string[]>> = {
  apply: [
    "dataos-ctl apply -f depot.yaml --dry-run          # what would change; nothing does",
    "SHOP_PASSWORD=… dataos-ctl apply -f secret.yaml   # ${SHOP_PASSWORD} of the file comes from the environment",
    "dataos-ctl get -t depot -n shopdb -o yaml | dataos-ctl apply -f -",
    "dataos-ctl apply -f manifests -R --prune -l tag=team:sales --dry-run   # what git has is what there is",
  ],
  get: [
    "dataos-ctl get -t depot -a               # everybody's depots, and why one does not work",
    "dataos-ctl get -t policy -a -o yaml      # as manifests, which `apply` takes again",
    "dataos-ctl get -t workflow -a --watch    # which run, and how they end",
    "dataos-ctl get -a -l tag=domain:sales,status=error -o name",
    "dataos-ctl get -a -o json | jq -r '.[] | select(.status.status == \"error\") | .name'",
  ],
  delete: [
    "dataos-ctl delete -t workflow -n scan-shopdb",
    "dataos-ctl delete -f examples/quickstart --dry-run   # the last document first; absent ones are passed over",
  ],
  log: [
    "dataos-ctl log -t workflow -n scan-shopdb -f          # exit code 0 when the run succeeds, 1 when it does not",
    "dataos-ctl log -t depot -n shopdb --since 1h",
  ],
  lint: [
    "dataos-ctl lint -f manifests -R                  # exit code 1 where there is a fault",
    "dataos-ctl lint -f manifests -R -o json | jq -r '.[] | [.file, .line, .message] | @tsv'",
  ],
  diff: ["dataos-ctl diff -f manifests -R && echo nothing to do"],
  describe: ["dataos-ctl describe depot shopdb", "dataos-ctl describe workflow/public/scan-shopdb"],
  history: ["dataos-ctl history depot shopdb", "dataos-ctl history depot shopdb --diff 1"],
  rollback: ["dataos-ctl rollback depot shopdb --to 2 --dry-run", "dataos-ctl rollback depot shopdb --to 2"],
  run: ["dataos-ctl run scan-shopdb -f"],
  "context add": [
    "dataos-ctl context add prod --url https://dataos.example.com     # asks for the key without showing it",
    "print-key | dataos-ctl context add prod --url https://dataos.example.com --apikey-stdin",
  ],
  completion: [
    "source <(dataos-ctl completion bash)     # in ~/.bashrc; zsh: in ~/.zshrc, behind compinit",
    "dataos-ctl completion fish > ~/.config/fish/completions/dataos-ctl.fish",
  ],
  search: [
    "dataos-ctl search custmer mail               # misspelt words and parts of names are found too",
    "dataos-ctl search revenue --type view --schema finance",
    "dataos-ctl search --depot shopdb --kind dataset --first 100",
  ],
  lineage: [
    "dataos-ctl lineage dataos://shopdb:shop/customer_value#lifetime_value",
    "dataos-ctl lineage dataos://shopdb:shop/order_line --direction downstream   # what breaks if it changes",
  ],
  "can-i": [
    "dataos-ctl can-i select dataos://shopdb:shop/customer_value --as alice",
    "dataos-ctl can-i delete urn:dataos:depot:shopdb && echo yes",
  ],
  "user apikey create": ["export DATAOS_APIKEY=$(dataos-ctl user apikey create -n laptop -d 90d)"],
  "audit list": ["dataos-ctl audit list --outcome deny --since 24h"],
  "audit verify": [
    "dataos-ctl audit verify                       # the server's log",
    "dataos-ctl audit export > audit.jsonl && dataos-ctl audit verify --file audit.jsonl   # offline",
  ],
};

/** Lines to try, of the command of this path; the same for those under `resource`. */
export function examplesOf(path: string): readonly string[] {
  const own = path.replace(/^resource /, "");
  return Object.hasOwn(examples, own) ? (examples[own] ?? []) : [];
}
