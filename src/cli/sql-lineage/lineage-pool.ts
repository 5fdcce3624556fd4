import { Worker } from "node:worker_threads";
import type { ScriptLineage } from "../../sql/index.ts";
import type { LineageAnswer, LineageRequest } from "./requests.ts";

/** Traces SQL in threads, each request within limits of time and memory. */
export interface LineagePool {
  /** Never throws: what could not be done is a problem of the answer. */
  trace(request: LineageRequest): Promise<ScriptLineage>;
  close(): Promise<void>;
}

export interface PoolLimits {
  /** 1 or more */
  readonly threads: number;
  /** for one request, start of the thread not counted; above 0 */
  readonly timeoutMs: number;
  /** of a thread's own objects; the parser's WebAssembly comes on top */
  readonly memoryMb: number;
  /** longest text, in UTF-16 units */
  readonly maxLength: number;
}

/** Limits that fit a laptop and a CI machine. */
export const usualLimits: PoolLimits = { threads: 2, timeoutMs: 20_000, memoryMb: 1_024, maxLength: 16_000_000 };

/** WHY: WebAssembly never gives memory back, so a thread that has read this much makes room for a new one */
const maxLengthPerThread = 30_000_000;

interface Job {
  readonly request: LineageRequest;
  readonly done: (lineage: ScriptLineage) => void;
}

/** A pool whose threads start with their first request. */
export function createLineagePool(limits: PoolLimits): LineagePool {
  const waiting: Job[] = [];
  const idle: Thread[] = [];
  const all = new Set<Thread>();

  const next = (): void => {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? (all.size < limits.threads ? start() : undefined);
      const job = thread && waiting.shift();
      if (!thread || !job) return;
      void run(thread, job);
    }
  };
  const start = (): Thread => {
    const thread = createThread(limits);
    all.add(thread);
    return thread;
  };
  const run = async (thread: Thread, { request, done }: Job): Promise<void> => {
    const { lineage, isUsable } = await thread.ask(request);
    if (isUsable) idle.push(thread);
    else {
      all.delete(thread);
      await thread.stop();
    }
    done(lineage);
    next();
  };

  return {
    trace: (request) =>
      new Promise((done) => {
        if (request.sql.length > limits.maxLength) {
          const message = `the text has ${request.sql.length} characters; at most ${limits.maxLength} are analysed`;
          done(failed(request, message));
          return;
        }
        waiting.push({ request, done });
        next();
      }),
    async close() {
      waiting.length = 0;
      await Promise.all([...all].map((thread) => thread.stop()));
    },
  };
}

interface Thread {
  /** INVARIANT: one request at a time. */
  ask(request: LineageRequest): Promise<{ readonly lineage: ScriptLineage; readonly isUsable: boolean }>;
  stop(): Promise<void>;
}

function createThread(limits: PoolLimits): Thread {
  // WHY: threads start from files, which are TypeScript here and JavaScript where the package was built
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./lineage-worker.${extension}`, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, stackSizeMb: 8 },
  });
  worker.unref();
  const online = new Promise<void>((resolve) => worker.once("online", () => resolve()));
  let length = 0;
  return {
    async ask(request) {
      worker.ref();
      length += request.sql.length;
      const answer = await answerOf(worker, request, online, limits.timeoutMs);
      worker.unref();
      if ("failure" in answer) return { lineage: failed(request, answer.failure), isUsable: false };
      return { lineage: answer.lineage, isUsable: length < maxLengthPerThread };
    },
    async stop() {
      await worker.terminate();
    },
  };
}

async function answerOf(
  worker: Worker,
  request: LineageRequest,
  online: Promise<void>,
  timeoutMs: number,
): Promise<LineageAnswer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<LineageAnswer>((resolve) => {
      const fail = (failure: string): void => resolve({ failure });
      worker.once("message", resolve);
      worker.once("error", (error: Error & { code?: string }) =>
        fail(
          error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "the statement takes too much memory to analyse" : error.message,
        ),
      );
      worker.once("exit", () => fail("the analysis ended without an answer"));
      worker.postMessage(request);
      void online.then(() => {
        timer = setTimeout(() => fail(`the analysis did not end within ${timeoutMs / 1_000} s`), timeoutMs);
      });
    });
  } finally {
    clearTimeout(timer);
    for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
  }
}

function failed({ file }: LineageRequest, message: string): ScriptLineage {
  return { edges: [], reads: [], writes: [], problems: [{ message, at: { file, line: 1, column: 1 } }] };
}
