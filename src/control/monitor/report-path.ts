import { type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "../ports.ts";

/** A report on a resource. */
export interface ReportPath {
  readonly report: "status" | "runtime";
  readonly ref: ResourceRef;
  /** as written: `workflow:v1:daily:public` */
  readonly resourceId: string;
}

const path = /^\/?collated\/api\/v1\/reports\/resources\/(status|runtime)\?(?:.*&)?id=([^&#]+)/;

/** Reads `/collated/api/v1/reports/resources/<status|runtime>?id=type:version:name[:workspace]`; `undefined`: it is none. */
export function parseReportPath(text: string): ReportPath | undefined {
  const [, report, written = ""] = path.exec(text) ?? [];
  const resourceId = decode(written);
  const [type = "", , name = "", workspace] = resourceId?.split(":") ?? [];
  if (resourceId === undefined || name === "" || !(resourceTypes as readonly string[]).includes(type)) return undefined;
  const known = type as ResourceType;
  return {
    report: report === "status" ? "status" : "runtime",
    ref: { type: known, name, workspace: workspaceTypes.has(known) ? workspace || "public" : undefined },
    resourceId,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
