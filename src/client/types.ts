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

/** An object of the service, as decisions are to see it. */
export interface ServiceObject {
  /** one of the types that an operator made for the service */
  readonly type: string;
  /** 1..256 characters */
  readonly id: string;
  readonly tags?: readonly string[];
  readonly attributes?: DecisionProperties;
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

/** Asks a server for decisions. Asking never throws for a failure: it denies and says why. */
export interface DecisionClient {
  /** Calls within one turn of the event loop go as one request, at most 100 in each. */
  check(request: DecisionRequest): Promise<DecisionAnswer>;
  /** The answers in the order of the requests. */
  checkAll(requests: readonly DecisionRequest[]): Promise<readonly DecisionAnswer[]>;
  /**
   * Tells the server of objects, so that policies and searches know them; each is created or replaced whole. Sent 1,000 at a time, each
   * thousand whole or not at all, in the order given.
   * @throws {Error} not all were taken: refused, with the server's reason, or no answer within 10 s
   */
  registerObjects(objects: readonly ServiceObject[]): Promise<void>;
  /** Makes the server forget objects; those that it does not know are left out. @throws {Error} as above */
  unregisterObjects(objects: readonly Pick<ServiceObject, "type" | "id">[]): Promise<void>;
  /** Ends the kept connections; later calls are denied. Idempotent. */
  close(): void;
}
