import type { Control } from "../control/ports.ts";
import type {
  AuditLog,
  Authorizer,
  CallContext,
  IdentityStore,
  ObjectRegistry,
  PolicyChecker,
} from "../heimdall/ports.ts";
import type { Questions } from "../heimdall/questions/index.ts";
import type { PolicySafety } from "../heimdall/safety/index.ts";
import type { Catalog } from "../metis/ports.ts";
import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { createLoaders, type Loaders } from "./loaders.ts";
import type { CursorSeal } from "./paging/cursor-seal.ts";
import type { PolicyLister } from "./policy-lister.ts";

/** The parts of the server that the API is a face of. */
export interface GraphqlServices {
  readonly authorizer: Authorizer;
  readonly catalog: Catalog;
  readonly control: Control;
  readonly identity: IdentityStore;
  readonly objects: ObjectRegistry;
  readonly audit: AuditLog;
  readonly policies: PolicyLister;
  readonly questions: Questions;
  readonly policySafety: PolicySafety;
  readonly policyChecker: Pick<PolicyChecker, "objectFacts" | "lockout">;
}

/** What resolvers get of one operation. */
export interface GraphqlContext {
  readonly call: CallContext;
  readonly services: GraphqlServices;
  readonly loaders: Loaders;
  readonly cursors: CursorSeal;
  readonly deadline: Deadline;
  readonly log: Logger;
}

/** Longest time an operation may take. */
const operationLimitMs = 10_000;

/** Begins one operation; its time starts now. */
export function createContext(
  call: CallContext,
  services: GraphqlServices,
  { cursors, clock, log }: { readonly cursors: CursorSeal; readonly clock: Clock; readonly log: Logger },
): GraphqlContext {
  return {
    call,
    services,
    loaders: createLoaders(services.catalog),
    cursors,
    deadline: startDeadline(clock, operationLimitMs),
    log: log.child({ requestId: call.requestId, subject: call.subject.id }),
  };
}
