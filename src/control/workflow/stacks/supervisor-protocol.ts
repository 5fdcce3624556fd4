/** What a server and the supervisor of one of its jobs tell each other. */

export interface StartOrder {
  readonly type: "start";
  /** absolute path */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** of all processes of the job together; `undefined`: no limit */
  readonly memoryBytes: number | undefined;
}

export type SupervisorOrder =
  | StartOrder
  /** The server is sure of the run for so long; `undefined`: as long as it lives. Without news after that, the job is killed. */
  | { readonly type: "sure"; readonly forMs: number | undefined }
  /** Ask the job to end, and make it after a while. */
  | { readonly type: "end" };

export type SupervisorNews =
  | { readonly type: "started"; readonly pid: number }
  | { readonly type: "refused"; readonly code: string }
  | {
      readonly type: "exited";
      readonly code: number | undefined;
      readonly signal: string | undefined;
      readonly killedFor: "memory" | "silence" | undefined;
    };
