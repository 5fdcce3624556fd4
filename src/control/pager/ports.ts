/** What pagers send, and how it is kept. Contract: `test/contract/delivery-store.contract.ts`. */
import type { Secret } from "../../shared/secret.ts";
import type { Alongside, Lease } from "../store-basics.ts";

export type DeliveryState = "pending" | "sending" | "delivered" | "dead";
export type Output = "webHook" | "email" | "msTeams";

/** One message of a pager about one change of an incident, to one output. Sent at least once. */
export interface Delivery {
  /** also the key by which receivers tell repetitions: it stays over all tries */
  readonly id: string;
  /** uid of the pager */
  readonly uid: string;
  readonly incident: string;
  readonly output: Output;
  readonly event: "opened" | "resolved";
  readonly state: DeliveryState;
  readonly tries: number;
  readonly createdAt: string;
  /** not before this time; of one that waits */
  readonly nextAt: string | undefined;
  readonly deliveredAt: string | undefined;
  /** of the last try: what was answered, or what went wrong */
  readonly message: string | undefined;
  /** the incident as it was; what is sent is made of it */
  readonly document: Readonly<Record<string, unknown>>;
}

export type NewDelivery = Pick<Delivery, "id" | "uid" | "incident" | "output" | "event" | "document">;

/** A delivery that this process may send until its lease ends. */
export interface ClaimedDelivery {
  readonly delivery: Delivery;
  readonly lease: Lease;
}

/** What a try came to. */
export type TryOutcome =
  | { readonly state: "delivered"; readonly message: string }
  | { readonly state: "pending"; readonly message: string; readonly nextAt: string }
  | { readonly state: "dead"; readonly message: string };

/** A delivery belongs to one process at a time; what another one writes late is not taken. */
export interface DeliveryStore {
  /**
   * Takes what is due, oldest first, and what others hold and did not send within `ttlMs` while this was asked again and again.
   * `orphans`: all that others hold counts as left (single-process stores at start).
   */
  claim(holder: string, ttlMs: number, limit: number, orphans: boolean): Promise<readonly ClaimedDelivery[]>;
  /** Ends the claim. `false`: it is lost. */
  settle(lease: Lease, outcome: TryOutcome): Promise<boolean>;
  /** Gives the claim up; whoever asks next takes it, and the try counts. */
  release(lease: Lease): Promise<void>;
  /** The earliest time at which one is due. */
  nextDue(): Promise<string | undefined>;
  /** Those of a pager, newest first. @throws {BadInputError} `after` is no cursor of this list */
  list(
    uid: string,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Delivery }[];
    readonly hasNextPage: boolean;
  }>;
  /** Drops all of a pager that goes, in the transaction that removes it. */
  deleteAll(uid: string): Alongside;
  /** Keeps the newest `keep` of a pager that are delivered or dead. */
  prune(uid: string, keep: number): Promise<void>;
}

/** A request to a server outside. */
export interface HttpMessage {
  readonly url: Secret;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body: string;
}

/** What a server outside answered. */
export interface HttpAnswer {
  readonly status: number;
  /** seconds after which to try again, where it says so */
  readonly retryAfterSeconds: number | undefined;
}

/**
 * Sends a request under the network guard, without following redirections, within 10 s.
 * @throws {BadInputError} the URL or its address is refused @throws {UnavailableError} no answer
 */
export type SendHttp = (message: HttpMessage, signal: AbortSignal) => Promise<HttpAnswer>;

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly isHtml: boolean;
  /** the same over all tries */
  readonly messageId: string;
}

/** Hands a mail to the mail server; gives what that said. @throws {UnavailableError} not taken, for one or for all addresses */
export type SendMail = (mail: Mail, signal: AbortSignal) => Promise<string>;
