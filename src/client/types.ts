/** One question: may the subject do the action with the resource? AuthZEN 1.0. */
export interface DecisionRequest {
  /** a bare id is a user's */
  readonly subject: string | DecisionEntity;
  readonly action: string | { readonly name: string; readonly properties?: DecisionProperties };
  readonly resource: DecisionEntity;
  readonly context?: DecisionProperties;
}

export interface DecisionEntity {
  /** e.g. `user`, `dataset`, `todo` */
  readonly type: string;
  readonly id: string;
  /** what the server does not know of it */
  readonly properties?: DecisionProperties;
}

export type DecisionProperties = Readonly<Record<string, unknown>>;

/** The answer. Anything but a clear yes is `allow: false` with a reason. */
export interface DecisionAnswer {
  readonly allow: boolean;
  /** in one sentence without a full stop */
  readonly reason: string;
  /** Whether the server decided. `false`: it could not be asked, so the answer is a denial of the client's. */
  readonly decided: boolean;
  /** where the decision is on record */
  readonly decisionId?: string;
  /** ids of the rules that decided */
  readonly rules?: readonly string[];
  /** masks by column, the row filter, the policy version and the rest, as the server gives them */
  readonly context: DecisionProperties;
}

export interface DecisionClientOptions {
  /** of the server, e.g. `https://governance.example.com` */
  readonly url: string;
  /** A key of a user that may `ask_for_others`. */
  readonly apiKey: string;
  /** From the question to its answer, in milliseconds; 1..60,000, default 500. */
  readonly timeoutMs?: number;
  /** Most sockets that are kept open; default 8. */
  readonly connections?: number;
  /** After so many failures in a row nothing is asked for a while; default 5. */
  readonly failuresBeforeOpen?: number;
  /** For how long; then one call tries again. In milliseconds, default 1,000. */
  readonly openMs?: number;
  /** Where time comes from; default `Date.now`. */
  readonly now?: () => number;
}

/** Asks a server for decisions. Never throws for a failure: it denies and says why. */
export interface DecisionClient {
  /** Calls within one turn of the event loop go as one request, at most 100 in each. */
  check(request: DecisionRequest): Promise<DecisionAnswer>;
  /** The answers in the order of the requests. */
  checkAll(requests: readonly DecisionRequest[]): Promise<readonly DecisionAnswer[]>;
  /** Ends the kept connections; later calls are denied. Idempotent. */
  close(): void;
}
