import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../../shared/clock.ts";
import { BadInputError, DataOsError } from "../../../shared/errors.ts";
import { parseDurationMs } from "../../manifest/index.ts";
import type { StackServing } from "../../needs.ts";
import {
  assertAllowed,
  assertMemoryLimit,
  assertSucceeded,
  commandSchema,
  findNotAllowed,
  refuseLoaders,
  toStackFaults,
} from "./allowed-programs.ts";
import { type HealthCheck, watchHealth } from "./health.ts";
import { placeVolumes, watchVolumes } from "./place-volumes.ts";
import { assignPorts } from "./ports.ts";
import { runSupervised } from "./supervised-command.ts";

export interface ProcessServingOptions {
  readonly allowedCommands: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workDir: string;
  readonly clock: Clock;
}

const duration = z
  .string()
  .refine((text) => (parseDurationMs(text) ?? 0) >= 100, { message: "expected a duration of at least `100ms`" });
const health = z
  .strictObject({
    http: z
      .strictObject({ path: z.string().startsWith("/").max(2000).optional(), port: z.string().max(256).optional() })
      .optional(),
    tcp: z.strictObject({ port: z.string().max(256).optional() }).optional(),
    exec: z.strictObject({ command: commandSchema }).optional(),
    interval: duration.optional(),
    timeout: duration.optional(),
    startupTime: duration.optional(),
    failureThreshold: z.int().min(1).max(100).optional(),
  })
  .refine(({ http, tcp, exec }) => [http, tcp, exec].filter(Boolean).length === 1, {
    message: "expected one of `http`, `tcp` and `exec`",
  });
const serviceSpec = z.strictObject({ command: commandSchema, health: health.optional() });

const defaults = { intervalMs: 5000, timeoutMs: 1000, startupMs: 60_000, failureThreshold: 3 };

/** Services and workers of `process:1.0`: a program that the operator has allowed, under a supervisor, and asked how it is. */
export function createProcessServing(options: ProcessServingOptions): StackServing {
  const { allowedCommands, environment, workDir, clock } = options;
  return {
    check(given, hasPorts) {
      const parsed = serviceSpec.safeParse(given ?? {});
      if (!parsed.success) return toStackFaults(parsed.error);
      const { http, tcp } = parsed.data.health ?? {};
      if ((http || tcp) && !hasPorts)
        return [{ path: ["health"], message: "there is no port to ask; name a `servicePort`, or ask by `exec`" }];
      return [];
    },

    cannotRun(given) {
      const { command, health } = serviceSpec.safeParse(given).data ?? {};
      return findNotAllowed(command?.[0], allowedCommands) ?? findNotAllowed(health?.exec?.command[0], allowedCommands);
    },

    async serve(call) {
      const spec = serviceSpec.parse(call.stackSpec);
      const [program = "", ...args] = spec.command;
      assertAllowed(program, allowedCommands);
      if (spec.health?.exec) assertAllowed(spec.health.exec.command[0] ?? "", allowedCommands);
      assertMemoryLimit(call.memoryBytes);
      refuseLoaders([...Object.keys(call.envs), ...call.secrets.keys()]);
      const ports = await assignPorts(call.ports, call.replicas > 1);
      const cwd = join(workDir, "services", call.uid, String(call.replica));
      await rm(cwd, { recursive: true, force: true });
      await mkdir(cwd, { recursive: true, mode: 0o700 });
      const ending = new AbortController();
      const onAbort = (): void => ending.abort(call.signal.reason);
      call.signal.addEventListener("abort", onAbort, { once: true });
      let stopWatching = (): void => {};
      const stopLooking = watchVolumes(call.mounted, clock, (error) => ending.abort(error));
      try {
        call.signal.throwIfAborted();
        const env: Record<string, string> = {
          ...environment,
          ...call.envs,
          ...Object.fromEntries([...call.secrets].map(([name, value]) => [name, value.reveal()])),
          ...toVariables(ports),
          ...(await placeVolumes(call.mounted, cwd)),
          HOME: cwd,
          TMPDIR: cwd,
          DATAOS_SERVICE: call.name,
          DATAOS_REPLICA: String(call.replica),
        };
        const check = toCheck(spec.health, ports, cwd, env);
        await call.assertHeld();
        const end = await runSupervised({
          order: { program, args, env, cwd, memoryBytes: call.memoryBytes },
          sureForMs: call.sureForMs,
          onLine: call.onLine,
          onStart() {
            const where = ports.map(({ port }) => port).join(", ");
            const message = ports.length > 0 ? `answers on port ${where}` : "runs";
            if (!check) return call.onReady(true, message);
            stopWatching = watchHealth(check, {
              clock,
              onReady: (isReady, why) => call.onReady(isReady, why ?? message),
              onFailed: (error) => ending.abort(error),
            });
          },
          clock,
          signal: ending.signal,
        });
        const { reason } = ending.signal;
        if (reason instanceof DataOsError) throw reason;
        if (ending.signal.aborted) return "it was ended";
        assertSucceeded(end, program, call.memoryBytes);
        return "the program ended with code 0";
      } finally {
        stopWatching();
        stopLooking();
        call.signal.removeEventListener("abort", onAbort);
        await rm(cwd, { recursive: true, force: true });
      }
    },
  };
}

type Ports = Awaited<ReturnType<typeof assignPorts>>;

/** `PORT` is the first one, `PORT_<NAME>` one with a name. */
function toVariables(ports: Ports): Record<string, string> {
  const [first] = ports;
  return {
    ...(first ? { PORT: String(first.port) } : {}),
    ...Object.fromEntries(
      ports.flatMap(({ name, port }) =>
        name === undefined ? [] : [[`PORT_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`, String(port)]],
      ),
    ),
  };
}

/** Without words about health, a port that is named has to take connections. */
function toCheck(
  given: z.infer<typeof health> | undefined,
  ports: Ports,
  cwd: string,
  env: Readonly<Record<string, string>>,
): HealthCheck | undefined {
  const times = {
    intervalMs: parseDurationMs(given?.interval ?? "") ?? defaults.intervalMs,
    timeoutMs: parseDurationMs(given?.timeout ?? "") ?? defaults.timeoutMs,
    startupMs: parseDurationMs(given?.startupTime ?? "") ?? defaults.startupMs,
    failureThreshold: given?.failureThreshold ?? defaults.failureThreshold,
  };
  if (given?.exec) {
    const [program = "", ...args] = given.exec.command;
    return { ...times, type: "exec", program, args, cwd, env };
  }
  const asked = given?.http?.port ?? given?.tcp?.port;
  const found = asked === undefined ? ports[0] : ports.find(({ name, port }) => name === asked || `${port}` === asked);
  if (asked !== undefined && !found)
    throw new BadInputError(`health asks port \`${asked}\`, which is none of the service's; name one of its ports`);
  if (!found) return undefined;
  return given?.http
    ? { ...times, type: "http", port: found.port, path: given.http.path ?? "/" }
    : { ...times, type: "tcp", port: found.port };
}
