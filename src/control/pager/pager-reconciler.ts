import { BadInputError } from "../../shared/errors.ts";
import { secretRefOf } from "../connections.ts";
import { nameOf } from "../describe.ts";
import { parseFilter, UnsupportedFilterError } from "../jq-filter/index.ts";
import { readStoredSpec, type SpecOf } from "../manifest/index.ts";
import type { ConditionState, Outcome, Reconciler } from "../reconcile/types.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { StoredResource } from "../stores.ts";
import type { Delivery, DeliveryStore } from "./ports.ts";
import { readUrl } from "./send-http.ts";
import { checkTemplate } from "./templates/render-template.ts";

export interface PagerReconcilerOptions {
  readonly deliveries: Pick<DeliveryStore, "list" | "deleteAll">;
  readonly secrets: Pick<SecretStore, "get" | "delete">;
  /** Whether a mail server is configured. */
  readonly hasMail: boolean;
}

// WHY: another process may be the one that sends, and tells nobody here
const lookAgainMs = 2000;
const looked = 50;

/** A pager is active where it can send to its outputs; it shows how its newest deliveries went. */
export function createPagerReconciler(options: PagerReconcilerOptions): Reconciler {
  /** by uid: secrets are opened once for each generation */
  const checked = new Map<string, { readonly generation: number; readonly faults: readonly Fault[] }>();
  return {
    isLocal: true,

    async reconcile(pager) {
      const spec = readStoredSpec("pager", pager.version, pager.manifest);
      const filter = findFilterFault(spec);
      if (filter !== undefined)
        return pending(`no driver configured for this filter: ${filter}; the pager is kept and sends nothing`);
      const faults = await check(pager, spec);
      const outputs = Object.values(spec.output).filter((output) => output !== undefined).length;
      const list = faults.map(({ output, message }) => `\`${output}\`: ${message}`).join("; ");
      if (faults.length === outputs) return pending(`${list}; the pager is kept and sends nothing`);
      const { items } = await options.deliveries.list(pager.uid, { first: looked, after: undefined });
      const newest = items.map(({ node }) => node);
      const isWaiting = newest.some(({ state }) => state === "pending" || state === "sending");
      return {
        phase: "Active",
        ready:
          faults.length > 0
            ? { status: "False", reason: "NoDriverConfigured", message: list }
            : { status: "True", reason: "Ready", message: "tells of incidents that its conditions hold for" },
        conditions: newest.length > 0 ? [toCondition(newest)] : [],
        ...(isWaiting ? { requeueAfterMs: lookAgainMs } : {}),
      };
    },

    async finalize({ uid, ref }) {
      checked.delete(uid);
      const deleteAll = options.deliveries.deleteAll(uid);
      return async (tx) => {
        await deleteAll(tx);
        await options.secrets.delete(secretRefOf(ref), tx);
      };
    },
  };

  async function check(pager: StoredResource, spec: SpecOf["pager"]): Promise<readonly Fault[]> {
    const known = checked.get(pager.uid);
    if (known?.generation === pager.generation) return known.faults;
    const faults = await findFaults(pager, spec);
    checked.set(pager.uid, { generation: pager.generation, faults });
    return faults;
  }

  async function findFaults(pager: StoredResource, { output }: SpecOf["pager"]): Promise<readonly Fault[]> {
    const { email, msTeams, webHook } = output;
    const needsSecrets = msTeams !== undefined || webHook !== undefined;
    const values = needsSecrets
      ? (await options.secrets.get(secretRefOf(pager.ref), `a check of ${nameOf(pager.ref)}`)).values
      : undefined;
    const checkUrl = (path: string): void => {
      const url = values?.get(path);
      if (!url) throw new BadInputError(`\`${path}\` is not stored; apply the pager again with it`);
      readUrl(url);
    };
    return [
      ...(webHook
        ? faultOf("webHook", () => {
            checkUrl("pager.output.webHook.url");
            const { bodyTemplate, templateType: language, contentType = "application/json" } = webHook;
            if (bodyTemplate !== undefined) checkTemplate({ text: bodyTemplate, language, contentType });
          })
        : []),
      ...(msTeams ? faultOf("msTeams", () => checkUrl("pager.output.msTeams.webHookUrl")) : []),
      ...(email
        ? faultOf("email", () => {
            if (!options.hasMail)
              throw new BadInputError("no driver configured for mail; the operator sets DATAOS_SMTP_URL");
            const { bodyTemplate, templateType: language } = email;
            if (bodyTemplate !== undefined) checkTemplate({ text: bodyTemplate, language, contentType: "text/plain" });
          })
        : []),
    ];
  }
}

interface Fault {
  readonly output: Delivery["output"];
  readonly message: string;
}

function faultOf(output: Fault["output"], check: () => void): readonly Fault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof BadInputError) return [{ output, message: error.message }];
    throw error;
  }
}

function findFilterFault({ conditions }: SpecOf["pager"]): string | undefined {
  for (const { valueJqFilter } of conditions) {
    try {
      parseFilter(valueJqFilter);
    } catch (error) {
      if (error instanceof UnsupportedFilterError) return error.message;
      throw error;
    }
  }
  return undefined;
}

function pending(message: string): Outcome {
  return { phase: "Pending", ready: { status: "False", reason: "NoDriverConfigured", message } };
}

/** @param newest newest first */
function toCondition(newest: readonly Delivery[]): ConditionState {
  const type = "Delivered";
  const outputs = new Set(newest.map(({ output }) => output));
  const ended = newest.filter(({ state }) => state === "delivered" || state === "dead");
  // of each output the newest that has ended counts: one that works again has mended it
  const dead = [...outputs].flatMap((output) => {
    const last = ended.find((delivery) => delivery.output === output);
    return last?.state === "dead" ? [last] : [];
  });
  if (dead.length > 0) {
    const list = dead.map(({ output, message }) => `\`${output}\`: ${message}`).join("; ");
    return { type, status: "False", reason: "DeliveryDead", message: list };
  }
  const failing = newest.find(({ state, message }) => state === "pending" && message !== undefined);
  if (failing) {
    const message = `\`${failing.output}\` is tried again at ${failing.nextAt}: ${failing.message}`;
    return { type, status: "False", reason: "Retrying", message };
  }
  if (ended.length === 0)
    return { type, status: "Unknown", reason: "Sending", message: "the first message is under way" };
  return { type, status: "True", reason: "Delivered", message: "the newest messages were taken" };
}
