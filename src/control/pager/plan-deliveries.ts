import type { Authorizer } from "../../heimdall/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { callFor, type FindSubject } from "../connections.ts";
import { holds, type Json } from "../jq-filter/index.ts";
import { readStoredSpec, type SpecOf } from "../manifest/index.ts";
import type { Incident, IncidentChanges } from "../monitor/ports.ts";
import type { ResourceStore, StoredResource } from "../stores.ts";
import type { NewDelivery, Output } from "./ports.ts";

export interface PlanDeliveriesOptions {
  readonly resources: Pick<ResourceStore, "listAll" | "findByUid">;
  readonly authorizer: Pick<Authorizer, "check">;
  readonly findSubject: FindSubject;
  readonly newId: () => string;
  readonly logger: Logger;
}

const outputs: readonly Output[] = ["webHook", "email", "msTeams"];

/**
 * What pagers send because of changes of a monitor's incidents: one for each pager, incident and output when it is opened; when it is
 * resolved, only for pagers that ask about `.status`.
 */
export function createPlanDeliveries(options: PlanDeliveriesOptions) {
  return async (
    monitor: StoredResource,
    { opened, resolved }: Omit<IncidentChanges, "deliveries">,
  ): Promise<readonly NewDelivery[]> => {
    if (opened.length + resolved.length === 0) return [];
    const pagers = (await options.resources.listAll()).filter(
      ({ ref, phase }) => ref.type === "pager" && phase !== "Terminating",
    );
    const found: NewDelivery[] = [];
    for (const pager of pagers) {
      if (!(await mayRead(pager, monitor))) continue;
      const spec = readStoredSpec("pager", pager.version, pager.manifest);
      const wantsResolved = spec.conditions.some(({ valueJqFilter }) => /^\s*\.status\b/.test(valueJqFilter));
      for (const incident of opened) found.push(...deliveriesOf(pager, spec, incident, "opened"));
      if (wantsResolved)
        for (const incident of resolved) found.push(...deliveriesOf(pager, spec, incident, "resolved"));
    }
    return found;
  };

  /** SECURITY: who sets up a pager gets what it tells; he must be allowed to see the monitor that it tells of. */
  async function mayRead(pager: StoredResource, monitor: StoredResource): Promise<boolean> {
    const subject = await options.findSubject(pager.actor);
    return subject !== undefined && options.authorizer.check(callFor(subject, pager.uid), "read", monitor.object);
  }

  function deliveriesOf(
    pager: StoredResource,
    spec: SpecOf["pager"],
    incident: Incident,
    event: NewDelivery["event"],
  ): readonly NewDelivery[] {
    if (!takes(pager, spec, incident)) return [];
    return outputs
      .filter((output) => spec.output[output] !== undefined)
      .map((output) => ({
        id: options.newId(),
        uid: pager.uid,
        incident: incident.id,
        output,
        event,
        document: incident.document,
      }));
  }

  function takes(pager: StoredResource, { conditions }: SpecOf["pager"], { id, document }: Incident): boolean {
    try {
      return conditions.every((condition) => holds(condition, document as { readonly [key: string]: Json }));
    } catch (error) {
      // a filter that does not fit this incident does not hold for it
      if (!(error instanceof BadInputError)) throw error;
      options.logger.debug(
        { uid: pager.uid, incident: id, err: error },
        "a pager's condition does not fit an incident",
      );
      return false;
    }
  }
}
