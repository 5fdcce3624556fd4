import type { Action } from "../heimdall/ports.ts";

/** How a root field is decided before its resolver runs. */
export type RootRule =
  /** One decision about no object in particular. */
  | { readonly ask: "once"; readonly action: Action }
  /** A list filter: what it hides is absent. */
  | { readonly ask: "list"; readonly action: Action }
  /** Two list filters, of which the second is for what is told besides, or of what the first one hides. */
  | { readonly ask: "lists"; readonly action: Action; readonly beside: Action }
  /** One decision by `gate` about no object, then the list filter of `action`. */
  | { readonly ask: "gated"; readonly gate: Action; readonly action: Action }
  /** One of several list filters or decisions, by what the arguments name; `beside` is the list filter for what else the answer may tell. */
  | { readonly ask: "either"; readonly actions: readonly [Action, Action, ...Action[]]; readonly beside?: Action }
  /**
   * The object is looked up under the list filter of `within` (hidden is absent), then decided by `action`; `beside` is the list
   * filter for what else the change may touch.
   */
  | { readonly ask: "object"; readonly within: Action; readonly action: Action; readonly beside?: Action }
  /** The object is what the caller is about to make or names; it is decided by `action`. */
  | { readonly ask: "named"; readonly action: Action }
  /** What is touched is known only after parsing: the callee decides each part by these actions. */
  | { readonly ask: "inside"; readonly callee: string; readonly actions: readonly [Action, ...Action[]] };

/** How the fields of a type that is not a root are guarded. */
export type TypeRule =
  /** They show what the decision of the root field gave; what they read more is read under that same decision. */
  "inherits";

/**
 * Every way into the API, with the decision it asks for. A root field without an entry does not compile, and the schema is
 * refused when it is built (`docs/adr/0060-one-wrapper-decides-for-every-root-field.md`).
 */
export const authorizationTable = {
  Query: {
    me: { ask: "once", action: "self.read" },
    node: { ask: "either", actions: ["entity.read", "resource.read", "run.read", "incident.read"] },
    entity: { ask: "list", action: "entity.read" },
    entities: { ask: "list", action: "entity.read" },
    entityCounts: { ask: "list", action: "entity.read" },
    search: { ask: "list", action: "entity.read" },
    suggest: { ask: "list", action: "entity.read" },
    lineage: { ask: "lists", action: "entity.read", beside: "entity.trace" },
    impact: { ask: "lists", action: "entity.read", beside: "entity.trace" },
    authorize: { ask: "either", actions: ["decision.ask", "decision.askForOthers"] },
    authorizeMany: { ask: "either", actions: ["decision.ask", "decision.askForOthers"] },
    whoCan: { ask: "once", action: "decision.askForOthers" },
    searchResources: { ask: "either", actions: ["decision.ask", "decision.askForOthers"] },
    searchActions: { ask: "either", actions: ["decision.ask", "decision.askForOthers"] },
    whatCan: { ask: "either", actions: ["decision.ask", "decision.askForOthers"] },
    dataPolicyDecision: { ask: "either", actions: ["decision.ask", "decision.askForOthers"], beside: "entity.read" },
    policies: { ask: "list", action: "policy.read" },
    policyVersions: { ask: "lists", action: "policy.read", beside: "resource.read" },
    policyDiff: {
      ask: "inside",
      callee: "PolicySafety.diff",
      actions: ["policy.read", "decision.askForOthers", "user.read", "entity.read", "resource.read", "object.read"],
    },
    policyReplay: { ask: "inside", callee: "PolicySafety.replay", actions: ["policy.replay", "audit.read"] },
    policyShadow: { ask: "once", action: "policy.shadow" },
    grants: { ask: "gated", gate: "grant.read", action: "resource.read" },
    grantRequests: { ask: "list", action: "resource.read" },
    resources: { ask: "list", action: "resource.read" },
    resource: { ask: "list", action: "resource.read" },
    workspaces: { ask: "list", action: "workspace.read" },
    incidents: { ask: "list", action: "incident.read" },
    deliveries: { ask: "list", action: "resource.read" },
    runs: { ask: "list", action: "run.read" },
    logs: { ask: "object", within: "resource.read", action: "log.read" },
    users: { ask: "list", action: "user.read" },
    apiKeys: { ask: "list", action: "apikey.read" },
    objectTypes: { ask: "list", action: "objectType.read" },
    registeredObjects: { ask: "inside", callee: "ObjectRegistry.list", actions: ["object.read"] },
    registeredObject: { ask: "inside", callee: "ObjectRegistry.get", actions: ["object.read"] },
    auditEvents: { ask: "once", action: "audit.read" },
    auditVerification: { ask: "once", action: "audit.verify" },
  },
  Mutation: {
    applyResources: {
      ask: "inside",
      callee: "Control.apply",
      actions: ["resource.create", "resource.update", "resource.delete"],
    },
    deleteResource: { ask: "object", within: "resource.read", action: "resource.delete" },
    rollbackResource: { ask: "inside", callee: "Control.rollback", actions: ["resource.read", "resource.update"] },
    rollbackPolicies: {
      ask: "inside",
      callee: "Control.rollbackPolicies",
      actions: ["policy.read", "resource.read", "resource.create", "resource.update", "resource.delete"],
    },
    startPolicyShadow: { ask: "once", action: "policy.shadow" },
    stopPolicyShadow: { ask: "once", action: "policy.shadow" },
    acknowledgeIncident: { ask: "object", within: "incident.read", action: "incident.acknowledge" },
    runWorkflow: { ask: "object", within: "resource.read", action: "workflow.run" },
    cancelRun: { ask: "object", within: "run.read", action: "workflow.run" },
    rerun: { ask: "object", within: "run.read", action: "workflow.run" },
    createWorkspace: { ask: "named", action: "workspace.create" },
    deleteWorkspace: { ask: "object", within: "workspace.read", action: "workspace.delete" },
    updateEntity: { ask: "object", within: "entity.read", action: "entity.update", beside: "entity.update" },
    approveScan: { ask: "once", action: "scan.approve" },
    createApiKey: { ask: "named", action: "apikey.create" },
    revokeApiKey: { ask: "object", within: "apikey.read", action: "apikey.revoke" },
    setUserTags: { ask: "object", within: "user.read", action: "user.update" },
    putObjectType: {
      ask: "inside",
      callee: "ObjectRegistry.putType",
      actions: ["objectType.create", "objectType.update"],
    },
    deleteObjectType: { ask: "inside", callee: "ObjectRegistry.deleteType", actions: ["objectType.delete"] },
    registerObjects: { ask: "inside", callee: "ObjectRegistry.register", actions: ["object.register"] },
    unregisterObjects: { ask: "inside", callee: "ObjectRegistry.unregister", actions: ["object.unregister"] },
    approveGrant: { ask: "object", within: "resource.read", action: "grant.approve" },
    rejectGrant: { ask: "object", within: "resource.read", action: "grant.approve" },
    rebuildProjections: { ask: "once", action: "projection.rebuild" },
  },
} as const satisfies {
  readonly Query: Readonly<Record<string, RootRule>>;
  readonly Mutation: Readonly<Record<string, RootRule>>;
};

/** `__schema` and `__type`: an operation that asks for them is decided by this. */
export const introspectionAction = "self.read" satisfies Action;

/** Every other type of the schema. */
export const typeRules: Readonly<Record<string, TypeRule>> = {
  PageInfo: "inherits",
  Count: "inherits",
  UserError: "inherits",
  Warning: "inherits",
  Me: "inherits",
  User: "inherits",
  UserEdge: "inherits",
  UserConnection: "inherits",
  ApiKey: "inherits",
  ApiKeyPayload: "inherits",
  UserPayload: "inherits",
  ObjectType: "inherits",
  ObjectTypeEdge: "inherits",
  ObjectTypeConnection: "inherits",
  ObjectTypePayload: "inherits",
  DeleteObjectTypePayload: "inherits",
  RegisteredObject: "inherits",
  RegisteredObjectEdge: "inherits",
  RegisteredObjectConnection: "inherits",
  RegisterObjectsPayload: "inherits",
  UnregisterObjectsPayload: "inherits",
  Entity: "inherits",
  Key: "inherits",
  ForeignKey: "inherits",
  Index: "inherits",
  AspectProvenance: "inherits",
  EntityEdge: "inherits",
  EntityConnection: "inherits",
  EntityPayload: "inherits",
  ApproveScanPayload: "inherits",
  SearchHit: "inherits",
  Highlight: "inherits",
  SearchEdge: "inherits",
  Facet: "inherits",
  SearchConnection: "inherits",
  Suggestion: "inherits",
  LineageNode: "inherits",
  LineageEdge: "inherits",
  LineageCompleteness: "inherits",
  LineageResult: "inherits",
  Impact: "inherits",
  Decision: "inherits",
  DecidingRule: "inherits",
  WhyNot: "inherits",
  NearRule: "inherits",
  Misfit: "inherits",
  AllowedSubject: "inherits",
  AllowedSubjectEdge: "inherits",
  AllowedSubjectConnection: "inherits",
  AllowedObject: "inherits",
  AllowedObjectEdge: "inherits",
  AllowedObjectConnection: "inherits",
  AllowedAction: "inherits",
  AllowedActionEdge: "inherits",
  AllowedActionConnection: "inherits",
  WhatCan: "inherits",
  ActionSummary: "inherits",
  DataPolicyDecision: "inherits",
  ColumnMaskDecision: "inherits",
  MaskChoice: "inherits",
  LosingMask: "inherits",
  MaskExample: "inherits",
  ColumnMask: "inherits",
  RowFilter: "inherits",
  RowFilterClause: "inherits",
  RowComparison: "inherits",
  Policy: "inherits",
  PolicyRule: "inherits",
  PolicyImpact: "inherits",
  DecisionChangeGroup: "inherits",
  DecisionSide: "inherits",
  DecisionClass: "inherits",
  DecisionExample: "inherits",
  PolicyVersion: "inherits",
  PolicyChange: "inherits",
  PolicyVersionEdge: "inherits",
  PolicyVersionConnection: "inherits",
  RollbackPoliciesPayload: "inherits",
  PolicyReplay: "inherits",
  PolicyShadow: "inherits",
  PolicyShadowPayload: "inherits",
  PolicyEdge: "inherits",
  PolicyConnection: "inherits",
  GrantRequest: "inherits",
  GrantRequestEdge: "inherits",
  GrantRequestConnection: "inherits",
  GrantRequestPayload: "inherits",
  Resource: "inherits",
  Condition: "inherits",
  ResourceEvent: "inherits",
  ResourceVersion: "inherits",
  ResourceLink: "inherits",
  ResourceEdge: "inherits",
  ResourceConnection: "inherits",
  AppliedResource: "inherits",
  RollbackResourcePayload: "inherits",
  ApplyResourcesPayload: "inherits",
  DeleteResourcePayload: "inherits",
  Workspace: "inherits",
  WorkspacePayload: "inherits",
  Incident: "inherits",
  IncidentEdge: "inherits",
  IncidentConnection: "inherits",
  IncidentPayload: "inherits",
  Delivery: "inherits",
  DeliveryEdge: "inherits",
  DeliveryConnection: "inherits",
  Run: "inherits",
  RunJob: "inherits",
  RunEdge: "inherits",
  RunConnection: "inherits",
  RunPayload: "inherits",
  LogLine: "inherits",
  LogEdge: "inherits",
  LogConnection: "inherits",
  AuditEvent: "inherits",
  AuditEventEdge: "inherits",
  AuditEventConnection: "inherits",
  AuditChainHead: "inherits",
  AuditVerification: "inherits",
  RebuildPayload: "inherits",
};
