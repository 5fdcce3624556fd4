import { z } from "zod";
import { mapping, opt, port, req, shortText } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";
import { ingress, longRunningKeys, type Runnable, runnableKeys, stackKeys, toRunnable } from "./runnable.ts";

/** `service:` (`reference/dataos.md` §10): a process that runs until it is deleted and answers on ports. */
export const serviceSection = mapping(
  {
    ...runnableKeys,
    ...longRunningKeys,
    servicePort: opt(port, "the port it answers on"),
    servicePorts: opt(
      z
        .array(
          mapping({
            name: req(shortText.min(1), "name of the port"),
            servicePort: req(port, "its number"),
            targetPort: opt(port, "the number inside, where it differs"),
          }),
        )
        .max(50),
      "more ports, each with a name",
    ),
    ingress: opt(ingress, "how it is reached from outside"),
    ...stackKeys,
  },
  stackKeys,
);

/** `worker:` (`reference/dataos.md` §10): a process that runs until it is deleted and answers nobody. */
export const workerSection = mapping({ ...runnableKeys, ...longRunningKeys, ...stackKeys }, stackKeys);

/** A service or a worker. */
export interface LongRunningSpec extends Runnable {
  /** default 1 */
  readonly replicas: number;
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
}

export function readServiceSection(given: unknown): SectionReading<LongRunningSpec> {
  const parsed = serviceSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const { servicePort, servicePorts = [] } = parsed.data;
  const ports = [
    ...(servicePort === undefined ? [] : [{ name: undefined, port: servicePort }]),
    ...servicePorts.map(({ name, servicePort }) => ({ name, port: servicePort })),
  ];
  const reading = toLongRunning(parsed.data, ports);
  const seen = new Set<number>();
  for (const [index, { servicePort: port }] of servicePorts.entries()) {
    if (seen.has(port)) {
      const message = `port ${port} is given twice; keep one of them`;
      return { ...reading, faults: [...reading.faults, { path: ["servicePorts", index, "servicePort"], message }] };
    }
    seen.add(port);
  }
  return reading;
}

export function readWorkerSection(given: unknown): SectionReading<LongRunningSpec> {
  const parsed = workerSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  return toLongRunning(parsed.data, []);
}

function toLongRunning(
  section: z.infer<typeof workerSection>,
  ports: LongRunningSpec["ports"],
): SectionReading<LongRunningSpec> {
  const faults: SectionFault[] = [];
  if (section.autoScaling && section.autoscaling) {
    faults.push({ path: ["autoscaling"], message: "`autoscaling` and `autoScaling` say the same; keep `autoScaling`" });
  }
  return { spec: { ...toRunnable(section, [], faults), replicas: section.replicas ?? 1, ports }, faults };
}
