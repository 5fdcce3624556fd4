import { errorFaces } from "../shared/errors.ts";

/** Ends the help of `dataos-ctl`. */
export const startHere = `
Start here
  dataos-ctl apply -f examples/quickstart         create or update what the files describe
  dataos-ctl log -t workflow -n scan-shopdb -f    follow the scan
  dataos-ctl get -a                               what is there, and how it is doing
  dataos-ctl search customer mail                 find tables and columns
  dataos-ctl lineage dataos://shopdb:shop/customer_value#lifetime_value
  dataos-ctl can-i select dataos://shopdb:shop/supplier --as alice
  dataos-ctl audit verify

Where to connect: --url and --apikey, else DATAOS_URL and DATAOS_APIKEY, else the lines \`url: …\` and \`apikey: …\` of
~/.dataos/config.yaml (or of the file that DATAOS_CLI_CONFIG names).
Results go to standard output; notes, warnings and errors to standard error. NO_COLOR turns colours off.
`;

/** What each exit code means, for the help. */
export const exitCodes = [
  "Exit codes",
  "  0  done (can-i: allowed; audit verify: sound)",
  "  1  failed: a run that failed, a fault of the server (audit verify: tampered)",
  `  ${errorFaces.BAD_USER_INPUT.exit}  wrong input or usage (audit verify: incomplete)`,
  `  ${errorFaces.UNAUTHENTICATED.exit}  no API key, or one that is not valid`,
  `  ${errorFaces.FORBIDDEN.exit}  not allowed (can-i: denied)`,
  `  ${errorFaces.NOT_FOUND.exit}  not found, or hidden from you`,
  `  ${errorFaces.CONFLICT.exit}  conflict: in use, or changed by somebody else`,
  `  ${errorFaces.UNAVAILABLE.exit}  not reachable, too slow, too busy or full; try again`,
].join("\n");

const examples: Readonly<Record<string, readonly string[]>> = {
  apply: [
    "dataos-ctl apply -f depot.yaml --dry-run          # what would change; nothing does",
    "SHOP_PASSWORD=… dataos-ctl apply -f secret.yaml   # ${SHOP_PASSWORD} of the file comes from the environment",
    "dataos-ctl get -t depot -n shopdb -o yaml | dataos-ctl apply -f -",
  ],
  get: [
    "dataos-ctl get -t depot -a               # everybody's depots, and why one does not work",
    "dataos-ctl get -t policy -a -o yaml      # as manifests, which `apply` takes again",
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

/** The examples of a command, to stand below its help; empty where there are none. */
export function examplesOf(command: string): string {
  const lines = examples[command] ?? [];
  return lines.length === 0 ? "" : `\nExamples\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
