// Generated from schema.graphql by `npm run generate`; do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { EntityParent, ResourceParent, RunParent, IncidentParent, SearchHitParent, DecisionParent } from '../mappers.ts';
import type { GraphqlContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** RFC 3339 in UTC, e.g. `2026-01-31T08:00:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  /** Sequence number of the catalog log. */
  Seq: { input: number; output: number; }
};

export type Query = {
  readonly __typename?: 'Query';
  /** The caller, its tags and what its key is good for. */
  readonly me: Me;
  /** An entity, resource or run by its opaque id; null where it is absent or hidden. */
  readonly node?: Maybe<Node>;
  /** A catalog entity by URN, former URN, or UDL address (`dataos://depot:schema/table`); null where it is absent or hidden. */
  readonly entity?: Maybe<Entity>;
  /** Catalog entities by kind, depot or parent, sorted by URN. */
  readonly entities: EntityConnection;
  /** Counts by kind and dataset type of what the caller may see. */
  readonly entityCounts: ReadonlyArray<Count>;
  readonly search: SearchConnection;
  readonly suggest: ReadonlyArray<Suggestion>;
  /** The lineage graph around one dataset or column, nearest first; what the caller may not see is absent with its edges. */
  readonly lineage: LineageResult;
  /** What depends on one dataset or column, or what it depends on, counted at any distance; what the caller may not see does not count. */
  readonly impact: Impact;
  /** One decision with its reasons; for somebody else with `subject`. */
  readonly authorize: Decision;
  /** Decisions in the order of the questions, at most 100. */
  readonly authorizeMany: ReadonlyArray<Decision>;
  /** Every known subject that may do it, by id, and why. */
  readonly whoCan: AllowedSubjectConnection;
  /** Every stored object on which the subject (default: the caller) may do it, and why. */
  readonly searchResources: AllowedObjectConnection;
  /** Every action with a name that the subject (default: the caller) may do with the object, and why. */
  readonly searchActions: AllowedActionConnection;
  /** What the subject (default: the caller) may do, by type of object. */
  readonly whatCan: WhatCan;
  /** What data policies ask of the subject (default: the caller) on a dataset: which mask wins on each column, and the row filter. */
  readonly dataPolicyDecision: DataPolicyDecision;
  /** Live policies, the built-in ones included. */
  readonly policies: PolicyConnection;
  /** Which decisions would change for the users and objects that the caller may see: from the live policies (or from `before`) to `after`, which takes the place of live ones of the same name. */
  readonly policyDiff: PolicyImpact;
  /** Versions of the policies that went live, newest first. */
  readonly policyVersions: PolicyVersionConnection;
  /** Which decisions on record the candidate would answer differently. */
  readonly policyReplay: PolicyReplay;
  /** The candidate that answers beside the live policies of this server process; null where there is none. */
  readonly policyShadow?: Maybe<PolicyShadow>;
  readonly grants: ResourceConnection;
  /** Requests for grants, by name; `state`: requested, approved, rejected, expired or used. */
  readonly grantRequests: GrantRequestConnection;
  readonly resources: ResourceConnection;
  readonly resource?: Maybe<Resource>;
  readonly workspaces: ReadonlyArray<Workspace>;
  /** What monitors found, newest first. */
  readonly incidents: IncidentConnection;
  /** What a pager sends and has sent, newest first. */
  readonly deliveries: DeliveryConnection;
  /** Runs of workflows, newest first. */
  readonly runs: RunConnection;
  /** Log lines of a resource, oldest first; go on with `after` to follow. */
  readonly logs: LogConnection;
  readonly users: UserConnection;
  readonly apiKeys: ReadonlyArray<ApiKey>;
  /** Types of objects that services register, by name. */
  readonly objectTypes: ObjectTypeConnection;
  /** What is registered of one type, by id. */
  readonly registeredObjects: RegisteredObjectConnection;
  readonly registeredObject?: Maybe<RegisteredObject>;
  /** Audit records, newest first. */
  readonly auditEvents: AuditEventConnection;
  /** Recomputes every hash and checkpoint of the audit log. */
  readonly auditVerification: AuditVerification;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEntityArgs = {
  urn: Scalars['String']['input'];
  minSeq?: InputMaybe<Scalars['Seq']['input']>;
  asOf?: InputMaybe<Scalars['Seq']['input']>;
};


export type QueryEntitiesArgs = {
  filter?: InputMaybe<EntityFilter>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryEntityCountsArgs = {
  depot?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySearchArgs = {
  query: Scalars['String']['input'];
  filter?: InputMaybe<SearchFilter>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  minSeq?: InputMaybe<Scalars['Seq']['input']>;
};


export type QuerySuggestArgs = {
  prefix: Scalars['String']['input'];
  first?: Scalars['Int']['input'];
};


export type QueryLineageArgs = {
  of: Scalars['String']['input'];
  direction?: LineageDirection;
  depth?: Scalars['Int']['input'];
  granularity?: InputMaybe<LineageGranularity>;
  maxNodes?: Scalars['Int']['input'];
  minSeq?: InputMaybe<Scalars['Seq']['input']>;
};


export type QueryImpactArgs = {
  of: Scalars['String']['input'];
  direction?: ImpactDirection;
  granularity?: InputMaybe<LineageGranularity>;
  maxCount?: Scalars['Int']['input'];
  minSeq?: InputMaybe<Scalars['Seq']['input']>;
};


export type QueryAuthorizeArgs = {
  input: AuthorizeInput;
};


export type QueryAuthorizeManyArgs = {
  inputs: ReadonlyArray<AuthorizeInput>;
};


export type QueryWhoCanArgs = {
  predicate: Scalars['String']['input'];
  object: ObjectInput;
  type?: InputMaybe<Scalars['String']['input']>;
  context?: InputMaybe<Scalars['JSON']['input']>;
  collection?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySearchResourcesArgs = {
  subject?: InputMaybe<Scalars['String']['input']>;
  predicate: Scalars['String']['input'];
  type?: InputMaybe<Scalars['String']['input']>;
  context?: InputMaybe<Scalars['JSON']['input']>;
  collection?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySearchActionsArgs = {
  subject?: InputMaybe<Scalars['String']['input']>;
  object: ObjectInput;
  context?: InputMaybe<Scalars['JSON']['input']>;
  collection?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryWhatCanArgs = {
  subject?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDataPolicyDecisionArgs = {
  subject?: InputMaybe<Scalars['String']['input']>;
  dataset: Scalars['String']['input'];
};


export type QueryPoliciesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryPolicyDiffArgs = {
  after: ReadonlyArray<ManifestInput>;
  before?: InputMaybe<ReadonlyArray<ManifestInput>>;
};


export type QueryPolicyVersionsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryPolicyReplayArgs = {
  candidate: ReadonlyArray<ManifestInput>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
};


export type QueryGrantsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryGrantRequestsArgs = {
  state?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryResourcesArgs = {
  filter?: InputMaybe<ResourceFilter>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryResourceArgs = {
  type: Scalars['String']['input'];
  name: Scalars['String']['input'];
  workspace?: InputMaybe<Scalars['String']['input']>;
};


export type QueryIncidentsArgs = {
  monitor?: InputMaybe<Scalars['String']['input']>;
  workspace?: InputMaybe<Scalars['String']['input']>;
  state?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDeliveriesArgs = {
  pager: Scalars['String']['input'];
  workspace?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryRunsArgs = {
  workflow?: InputMaybe<Scalars['String']['input']>;
  workspace?: InputMaybe<Scalars['String']['input']>;
  state?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryLogsArgs = {
  type: Scalars['String']['input'];
  name: Scalars['String']['input'];
  workspace?: InputMaybe<Scalars['String']['input']>;
  run?: InputMaybe<Scalars['ID']['input']>;
  since?: InputMaybe<Scalars['DateTime']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryUsersArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryApiKeysArgs = {
  userId?: InputMaybe<Scalars['String']['input']>;
};


export type QueryObjectTypesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryRegisteredObjectsArgs = {
  type: Scalars['String']['input'];
  tag?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryRegisteredObjectArgs = {
  type: Scalars['String']['input'];
  id: Scalars['String']['input'];
};


export type QueryAuditEventsArgs = {
  filter?: InputMaybe<AuditFilter>;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Creates or updates all documents or none. */
  readonly applyResources: ApplyResourcesPayload;
  readonly deleteResource: DeleteResourcePayload;
  /** Applies a former manifest again, as a new generation. Secret values are not in the history: the present ones stay. */
  readonly rollbackResource: RollbackResourcePayload;
  /** Brings policies, grants, providers and use-cases back to what they were: all or nothing, checked like an apply; newer ones go. */
  readonly rollbackPolicies: RollbackPoliciesPayload;
  /** Lets a candidate answer beside the live policies of this server process, without effect. */
  readonly startPolicyShadow: PolicyShadowPayload;
  /** Ends it and gives what it came to. */
  readonly stopPolicyShadow: PolicyShadowPayload;
  /** Says that the caller takes care of an incident; refused when it is resolved. */
  readonly acknowledgeIncident: IncidentPayload;
  /** Starts a run of a workflow now. */
  readonly runWorkflow: RunPayload;
  readonly cancelRun: RunPayload;
  /** Runs the workflow, as it is now, again; refused while the run has not ended. */
  readonly rerun: RunPayload;
  readonly createWorkspace: WorkspacePayload;
  readonly deleteWorkspace: WorkspacePayload;
  /** Edits what people own: description, tags, owners, custom properties. A later scan does not overwrite it. */
  readonly updateEntity: EntityPayload;
  /** Lets the removals take effect that a scan held back because they were many. */
  readonly approveScan: ApproveScanPayload;
  /** The key is in the answer once and never again. */
  readonly createApiKey: ApiKeyPayload;
  readonly revokeApiKey: ApiKeyPayload;
  readonly setUserTags: UserPayload;
  /** Creates a type of objects or changes it; its owner answers for what is registered. */
  readonly putObjectType: ObjectTypePayload;
  /** Refused while there are objects of it. */
  readonly deleteObjectType: DeleteObjectTypePayload;
  /** Creates or replaces all of 1 to 1,000 objects or none. What policies look at is changed only by who may escalate on the type. */
  readonly registerObjects: RegisterObjectsPayload;
  /** Forgets all or none; those that are not there are left out. */
  readonly unregisterObjects: UnregisterObjectsPayload;
  /** Grants what a request asks for. Nobody approves their own, nor what they do not hold. */
  readonly approveGrant: GrantRequestPayload;
  readonly rejectGrant: GrantRequestPayload;
  /** Builds the search index and the lineage graph anew from the catalog log and swaps them in when they are verified. */
  readonly rebuildProjections: RebuildPayload;
};


export type MutationApplyResourcesArgs = {
  input: ApplyResourcesInput;
};


export type MutationDeleteResourceArgs = {
  input: DeleteResourceInput;
};


export type MutationRollbackResourceArgs = {
  input: RollbackResourceInput;
};


export type MutationRollbackPoliciesArgs = {
  input: RollbackPoliciesInput;
};


export type MutationStartPolicyShadowArgs = {
  input: StartPolicyShadowInput;
};


export type MutationAcknowledgeIncidentArgs = {
  input: AcknowledgeIncidentInput;
};


export type MutationRunWorkflowArgs = {
  input: RunWorkflowInput;
};


export type MutationCancelRunArgs = {
  input: CancelRunInput;
};


export type MutationRerunArgs = {
  input: RerunInput;
};


export type MutationCreateWorkspaceArgs = {
  input: CreateWorkspaceInput;
};


export type MutationDeleteWorkspaceArgs = {
  input: DeleteWorkspaceInput;
};


export type MutationUpdateEntityArgs = {
  input: UpdateEntityInput;
};


export type MutationApproveScanArgs = {
  input: ApproveScanInput;
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


export type MutationSetUserTagsArgs = {
  input: SetUserTagsInput;
};


export type MutationPutObjectTypeArgs = {
  input: PutObjectTypeInput;
};


export type MutationDeleteObjectTypeArgs = {
  input: DeleteObjectTypeInput;
};


export type MutationRegisterObjectsArgs = {
  input: RegisterObjectsInput;
};


export type MutationUnregisterObjectsArgs = {
  input: UnregisterObjectsInput;
};


export type MutationApproveGrantArgs = {
  input: DecideGrantInput;
};


export type MutationRejectGrantArgs = {
  input: DecideGrantInput;
};

export type Node = {
  readonly id: Scalars['ID']['output'];
};

export type PageInfo = {
  readonly __typename?: 'PageInfo';
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

export type Count = {
  readonly __typename?: 'Count';
  readonly value: Scalars['String']['output'];
  readonly count: Scalars['Int']['output'];
};

/** An expected failure of a mutation. */
export type UserError = {
  readonly __typename?: 'UserError';
  /** `file:line:col` where the input has one */
  readonly at?: Maybe<Scalars['String']['output']>;
  readonly field?: Maybe<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
  readonly code: Scalars['String']['output'];
  /** of a refusal: the decision to look up in the audit log */
  readonly decisionId?: Maybe<Scalars['String']['output']>;
};

export type Warning = {
  readonly __typename?: 'Warning';
  readonly at?: Maybe<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
};

export type Me = {
  readonly __typename?: 'Me';
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  readonly attributes: Scalars['JSON']['output'];
};

export type User = {
  readonly __typename?: 'User';
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly attributes: Scalars['JSON']['output'];
};

export type UserEdge = {
  readonly __typename?: 'UserEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: User;
};

export type UserConnection = {
  readonly __typename?: 'UserConnection';
  readonly edges: ReadonlyArray<UserEdge>;
  readonly pageInfo: PageInfo;
};

export type ApiKey = {
  readonly __typename?: 'ApiKey';
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly userId: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type CreateApiKeyInput = {
  /** default: the caller */
  readonly userId?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  /** default 86400 (a day); 0 for a key that does not expire */
  readonly ttlSeconds?: InputMaybe<Scalars['Int']['input']>;
};

export type RevokeApiKeyInput = {
  readonly id: Scalars['ID']['input'];
};

export type ApiKeyPayload = {
  readonly __typename?: 'ApiKeyPayload';
  readonly apiKey?: Maybe<ApiKey>;
  /** the key itself, only from createApiKey */
  readonly key?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type SetUserTagsInput = {
  readonly userId: Scalars['String']['input'];
  readonly tags: ReadonlyArray<Scalars['String']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type UserPayload = {
  readonly __typename?: 'UserPayload';
  readonly user?: Maybe<User>;
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A kind of objects that a service registers, so that policies and searches can speak of them. */
export type ObjectType = {
  readonly __typename?: 'ObjectType';
  readonly name: Scalars['String']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  /** id of the user who answers for it */
  readonly owner: Scalars['String']['output'];
};

export type ObjectTypeEdge = {
  readonly __typename?: 'ObjectTypeEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: ObjectType;
};

export type ObjectTypeConnection = {
  readonly __typename?: 'ObjectTypeConnection';
  readonly edges: ReadonlyArray<ObjectTypeEdge>;
  readonly pageInfo: PageInfo;
};

/** Policies know it as `<type>:<id>`, with its tags and `dataos:type:<type>`. */
export type RegisteredObject = {
  readonly __typename?: 'RegisteredObject';
  readonly type: Scalars['String']['output'];
  /** as the service calls it */
  readonly id: Scalars['String']['output'];
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** a JSON object */
  readonly attributes: Scalars['JSON']['output'];
  /** what `ifVersion` takes; changes with tags and attributes */
  readonly version: Scalars['String']['output'];
};

export type RegisteredObjectEdge = {
  readonly __typename?: 'RegisteredObjectEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: RegisteredObject;
};

export type RegisteredObjectConnection = {
  readonly __typename?: 'RegisteredObjectConnection';
  readonly edges: ReadonlyArray<RegisteredObjectEdge>;
  readonly pageInfo: PageInfo;
};

export type PutObjectTypeInput = {
  /** a letter, then letters, digits and `_ . -`, at most 64 characters */
  readonly name: Scalars['String']['input'];
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** id of a user; default the present owner, of a new type the caller */
  readonly owner?: InputMaybe<Scalars['String']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type ObjectTypePayload = {
  readonly __typename?: 'ObjectTypePayload';
  readonly objectType?: Maybe<ObjectType>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type DeleteObjectTypeInput = {
  readonly name: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type DeleteObjectTypePayload = {
  readonly __typename?: 'DeleteObjectTypePayload';
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type RegisterObjectsInput = {
  readonly objects: ReadonlyArray<RegisteredObjectInput>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

/** Replaces the object whole. */
export type RegisteredObjectInput = {
  readonly type: Scalars['String']['input'];
  readonly id: Scalars['String']['input'];
  readonly tags?: ReadonlyArray<Scalars['String']['input']>;
  /** a JSON object; absent is empty */
  readonly attributes?: InputMaybe<Scalars['JSON']['input']>;
  /** Refuse the change unless this is the stored object's version. */
  readonly ifVersion?: InputMaybe<Scalars['String']['input']>;
};

export type RegisterObjectsPayload = {
  readonly __typename?: 'RegisterObjectsPayload';
  /** in the order given */
  readonly objects: ReadonlyArray<RegisteredObject>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type UnregisterObjectsInput = {
  readonly objects: ReadonlyArray<RegisteredObjectRefInput>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type RegisteredObjectRefInput = {
  readonly type: Scalars['String']['input'];
  readonly id: Scalars['String']['input'];
  /** Refuse the change unless this is the stored object's version. */
  readonly ifVersion?: InputMaybe<Scalars['String']['input']>;
};

export type UnregisterObjectsPayload = {
  readonly __typename?: 'UnregisterObjectsPayload';
  readonly userErrors: ReadonlyArray<UserError>;
};

export type EntityKind =
  | 'depot'
  | 'database'
  | 'schema'
  | 'dataset'
  | 'column'
  | 'procedure'
  | 'query'
  | 'job'
  | 'run'
  | 'pipeline'
  | 'dashboard'
  | 'dataproduct'
  | 'contract'
  | 'domain'
  | 'glossary'
  | 'term'
  | 'classification'
  | 'tag'
  | 'user'
  | 'team'
  | 'policy'
  | 'grant'
  | 'resource'
  | 'scan'
  | 'report';

export type Entity = Node & {
  readonly __typename?: 'Entity';
  readonly id: Scalars['ID']['output'];
  readonly urn: Scalars['String']['output'];
  readonly kind: EntityKind;
  readonly name: Scalars['String']['output'];
  readonly qualifiedName: Scalars['String']['output'];
  /** active missing deleted outOfScope unknown */
  readonly state: Scalars['String']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly owners: ReadonlyArray<Scalars['String']['output']>;
  readonly depot?: Maybe<Scalars['String']['output']>;
  readonly parent?: Maybe<Entity>;
  readonly aliases: ReadonlyArray<Scalars['String']['output']>;
  /** table view matview partition foreign file topic */
  readonly datasetType?: Maybe<Scalars['String']['output']>;
  /** of a column */
  readonly dataType?: Maybe<Scalars['String']['output']>;
  readonly nullable?: Maybe<Scalars['Boolean']['output']>;
  readonly defaultValue?: Maybe<Scalars['String']['output']>;
  /** of a column, from 1 */
  readonly position?: Maybe<Scalars['Int']['output']>;
  readonly generated?: Maybe<Scalars['String']['output']>;
  /** columns of a dataset by position, as far as the caller may see them */
  readonly columns: ReadonlyArray<Entity>;
  readonly children: EntityConnection;
  readonly primaryKey?: Maybe<Key>;
  readonly foreignKeys: ReadonlyArray<ForeignKey>;
  readonly uniqueKeys: ReadonlyArray<Key>;
  readonly indexes: ReadonlyArray<Index>;
  /** of a view: the SQL that defines it */
  readonly definition?: Maybe<Scalars['String']['output']>;
  readonly rowCount?: Maybe<Scalars['Float']['output']>;
  readonly sizeBytes?: Maybe<Scalars['Float']['output']>;
  readonly partitionOf?: Maybe<Scalars['String']['output']>;
  readonly partitionKey?: Maybe<Scalars['String']['output']>;
  /** every aspect: which origin said what; the first is the one shown */
  readonly provenance: ReadonlyArray<AspectProvenance>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly seq: Scalars['Seq']['output'];
};


export type EntityChildrenArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Key = {
  readonly __typename?: 'Key';
  readonly name: Scalars['String']['output'];
  readonly columns: ReadonlyArray<Scalars['String']['output']>;
};

export type ForeignKey = {
  readonly __typename?: 'ForeignKey';
  readonly name: Scalars['String']['output'];
  readonly columns: ReadonlyArray<Scalars['String']['output']>;
  /** URN of the dataset it refers to */
  readonly references: Scalars['String']['output'];
  readonly referencedColumns: ReadonlyArray<Scalars['String']['output']>;
};

export type Index = {
  readonly __typename?: 'Index';
  readonly name: Scalars['String']['output'];
  readonly columns: ReadonlyArray<Scalars['String']['output']>;
  readonly unique: Scalars['Boolean']['output'];
  readonly method: Scalars['String']['output'];
};

export type AspectProvenance = {
  readonly __typename?: 'AspectProvenance';
  readonly aspect: Scalars['String']['output'];
  readonly origin: Scalars['String']['output'];
  readonly value: Scalars['JSON']['output'];
};

export type EntityFilter = {
  readonly kind?: InputMaybe<EntityKind>;
  readonly depot?: InputMaybe<Scalars['String']['input']>;
  /** URN of the container */
  readonly parent?: InputMaybe<Scalars['String']['input']>;
};

export type EntityEdge = {
  readonly __typename?: 'EntityEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Entity;
};

export type EntityConnection = {
  readonly __typename?: 'EntityConnection';
  readonly edges: ReadonlyArray<EntityEdge>;
  readonly pageInfo: PageInfo;
};

export type UpdateEntityInput = {
  readonly urn: Scalars['String']['input'];
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly owners?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly custom?: InputMaybe<Scalars['JSON']['input']>;
  /** refused with CONFLICT when the entity's seq is another */
  readonly ifSeq?: InputMaybe<Scalars['Seq']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type ApproveScanInput = {
  /** the run whose scan held removals */
  readonly runId: Scalars['ID']['input'];
};

export type ApproveScanPayload = {
  readonly __typename?: 'ApproveScanPayload';
  /** how many entities were marked deleted */
  readonly removed?: Maybe<Scalars['Int']['output']>;
  readonly seq?: Maybe<Scalars['Seq']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type EntityPayload = {
  readonly __typename?: 'EntityPayload';
  readonly entity?: Maybe<Entity>;
  readonly seq?: Maybe<Scalars['Seq']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type SearchFilter = {
  readonly kinds?: InputMaybe<ReadonlyArray<EntityKind>>;
  readonly depots?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly owners?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly datasetTypes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly schemas?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** has to hold besides the lists */
  readonly where?: InputMaybe<SearchWhere>;
};

/** Exactly one of the fields. At most 20 deep. */
export type SearchWhere = {
  /** all hold; an empty list does */
  readonly and?: InputMaybe<ReadonlyArray<SearchWhere>>;
  /** one of them holds; of an empty list none does */
  readonly or?: InputMaybe<ReadonlyArray<SearchWhere>>;
  readonly not?: InputMaybe<SearchWhere>;
  /** what is found has any of the values */
  readonly has?: InputMaybe<FacetValues>;
};

export type FacetValues = {
  /** kind, depot, datasetType, tag, owner or schema, as in the answer's facets */
  readonly field: Scalars['String']['input'];
  readonly values: ReadonlyArray<Scalars['String']['input']>;
};

export type SearchHit = {
  readonly __typename?: 'SearchHit';
  readonly urn: Scalars['String']['output'];
  readonly score: Scalars['Float']['output'];
  /** matched text with `<em>` around the words, HTML-escaped */
  readonly highlights: ReadonlyArray<Highlight>;
  readonly matchedColumns: ReadonlyArray<Scalars['String']['output']>;
  readonly entity: Entity;
};

export type Highlight = {
  readonly __typename?: 'Highlight';
  readonly field: Scalars['String']['output'];
  readonly text: Scalars['String']['output'];
};

export type SearchEdge = {
  readonly __typename?: 'SearchEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: SearchHit;
};

export type Facet = {
  readonly __typename?: 'Facet';
  /** kind depot datasetType schema tag owner */
  readonly field: Scalars['String']['output'];
  readonly values: ReadonlyArray<Count>;
};

export type SearchConnection = {
  readonly __typename?: 'SearchConnection';
  readonly edges: ReadonlyArray<SearchEdge>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
  /** counted after policy */
  readonly facets: ReadonlyArray<Facet>;
  /** nearest terms where nothing was found */
  readonly didYouMean: ReadonlyArray<Scalars['String']['output']>;
  /** how many changes the index is behind the catalog */
  readonly staleBy: Scalars['Int']['output'];
};

export type Suggestion = {
  readonly __typename?: 'Suggestion';
  readonly text: Scalars['String']['output'];
  readonly urn: Scalars['String']['output'];
  readonly kind: EntityKind;
};

export type LineageDirection =
  | 'UPSTREAM'
  | 'DOWNSTREAM'
  | 'BOTH';

export type LineageGranularity =
  | 'DATASET'
  | 'COLUMN';

export type LineageNode = {
  readonly __typename?: 'LineageNode';
  readonly urn: Scalars['String']['output'];
  readonly kind: EntityKind;
  readonly name: Scalars['String']['output'];
  /** distance from the root; 0 for the root */
  readonly hops: Scalars['Int']['output'];
  /** true for something the caller may trace but not see: its name is hidden */
  readonly stub: Scalars['Boolean']['output'];
};

export type LineageEdge = {
  readonly __typename?: 'LineageEdge';
  readonly from: Scalars['String']['output'];
  readonly to: Scalars['String']['output'];
  /** DIRECT or INDIRECT */
  readonly type: Scalars['String']['output'];
  /** IDENTITY TRANSFORMATION AGGREGATION, or JOIN FILTER GROUP_BY SORT WINDOW CONDITIONAL */
  readonly subtype: Scalars['String']['output'];
  readonly expression?: Maybe<Scalars['String']['output']>;
  readonly masking: Scalars['Boolean']['output'];
  /** 0..1 */
  readonly confidence: Scalars['Float']['output'];
  readonly evidence: Scalars['String']['output'];
};

export type LineageCompleteness = {
  readonly __typename?: 'LineageCompleteness';
  /** complete or truncated */
  readonly state: Scalars['String']['output'];
  /** depth maxNodes deadline */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** where to go on */
  readonly frontier: ReadonlyArray<Scalars['String']['output']>;
};

export type LineageResult = {
  readonly __typename?: 'LineageResult';
  readonly root: Scalars['String']['output'];
  readonly nodes: ReadonlyArray<LineageNode>;
  readonly edges: ReadonlyArray<LineageEdge>;
  readonly completeness: LineageCompleteness;
  readonly staleBy: Scalars['Int']['output'];
};

export type ImpactDirection =
  /** all that depends on it */
  | 'DOWNSTREAM'
  /** all that it depends on */
  | 'UPSTREAM';

/** Counts of what is reached, most first, the 100 highest of each. */
export type Impact = {
  readonly __typename?: 'Impact';
  readonly root: Scalars['String']['output'];
  /** without the root, with the stubs */
  readonly total: Scalars['Int']['output'];
  /** those that the caller may trace but not see; of them nothing else is told */
  readonly stubs: Scalars['Int']['output'];
  readonly kinds: ReadonlyArray<Count>;
  /** one with several owners counts for each of them */
  readonly owners: ReadonlyArray<Count>;
  readonly depots: ReadonlyArray<Count>;
  /** complete or truncated: there is more, the nearest were counted */
  readonly state: Scalars['String']['output'];
  /** maxNodes deadline */
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly staleBy: Scalars['Int']['output'];
};

export type AuthorizeInput = {
  /** user id; default: the caller. Asking for others needs a right of its own */
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly predicate: Scalars['String']['input'];
  readonly object: ObjectInput;
  readonly context?: InputMaybe<Scalars['JSON']['input']>;
  readonly collection?: InputMaybe<Scalars['String']['input']>;
};

/** What the question is about. What is stored about a named object is completed by what is given here. */
export type ObjectInput = {
  /** a URN, UDL address or API path */
  readonly path?: InputMaybe<Scalars['String']['input']>;
  readonly paths?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly type?: InputMaybe<Scalars['String']['input']>;
  readonly id?: InputMaybe<Scalars['String']['input']>;
  readonly attributes?: InputMaybe<Scalars['JSON']['input']>;
};

export type Decision = {
  readonly __typename?: 'Decision';
  /** allow or deny */
  readonly effect: Scalars['String']['output'];
  readonly allowed: Scalars['Boolean']['output'];
  /** one sentence: why */
  readonly reason: Scalars['String']['output'];
  readonly denyReason?: Maybe<Scalars['String']['output']>;
  /** the rules that decided, with the place they were written at */
  readonly because: ReadonlyArray<DecidingRule>;
  readonly masks: ReadonlyArray<ColumnMask>;
  readonly rowFilter?: Maybe<RowFilter>;
  /** conditions that could not be evaluated */
  readonly problems: ReadonlyArray<Scalars['String']['output']>;
  readonly policyVersion: Scalars['String']['output'];
  readonly decisionId: Scalars['String']['output'];
  /** of a denial, on demand: the nearest rules that allow, and what each misses; only rules that the caller may read */
  readonly whyNot?: Maybe<WhyNot>;
};

export type WhyNot = {
  readonly __typename?: 'WhyNot';
  /** denied, nearly, no-rule-for-predicate, no-rule-for-object or no-rule-for-subject */
  readonly because: Scalars['String']['output'];
  /** one sentence */
  readonly summary: Scalars['String']['output'];
  /** those that miss least first, at most 5 */
  readonly nearest: ReadonlyArray<NearRule>;
  /** how many near rules the caller may not read */
  readonly hidden: Scalars['Int']['output'];
};

export type NearRule = {
  readonly __typename?: 'NearRule';
  readonly id: Scalars['String']['output'];
  readonly policy: Scalars['String']['output'];
  readonly at: Scalars['String']['output'];
  /** what does not fit, in the order predicate, subject, object, time, conditions */
  readonly misfits: ReadonlyArray<Misfit>;
  /** changes that together turn the answer, tried out; null where none was found */
  readonly fix?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Misfit = {
  readonly __typename?: 'Misfit';
  /** predicate subject object time condition */
  readonly part: Scalars['String']['output'];
  /** other-predicate other-subject other-object expired not-yet-active not-met */
  readonly problem: Scalars['String']['output'];
  /** of a condition: as it was written */
  readonly condition?: Maybe<Scalars['String']['output']>;
  readonly expected: Scalars['String']['output'];
  readonly actual: Scalars['String']['output'];
};

export type AllowedSubject = {
  readonly __typename?: 'AllowedSubject';
  readonly id: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly because: ReadonlyArray<DecidingRule>;
};

export type AllowedSubjectEdge = {
  readonly __typename?: 'AllowedSubjectEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: AllowedSubject;
};

export type AllowedSubjectConnection = {
  readonly __typename?: 'AllowedSubjectConnection';
  readonly edges: ReadonlyArray<AllowedSubjectEdge>;
  readonly pageInfo: PageInfo;
  /** the page ended early after looking at much; go on with `endCursor` */
  readonly stoppedEarly: Scalars['Boolean']['output'];
  readonly policyVersion: Scalars['String']['output'];
};

export type AllowedObject = {
  readonly __typename?: 'AllowedObject';
  /** the URN, or `<type>:<id>` of a service's object */
  readonly path: Scalars['String']['output'];
  readonly type?: Maybe<Scalars['String']['output']>;
  readonly because: ReadonlyArray<DecidingRule>;
};

export type AllowedObjectEdge = {
  readonly __typename?: 'AllowedObjectEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: AllowedObject;
};

export type AllowedObjectConnection = {
  readonly __typename?: 'AllowedObjectConnection';
  readonly edges: ReadonlyArray<AllowedObjectEdge>;
  readonly pageInfo: PageInfo;
  /** the page ended early after looking at much; go on with `endCursor` */
  readonly stoppedEarly: Scalars['Boolean']['output'];
  readonly policyVersion: Scalars['String']['output'];
};

export type AllowedAction = {
  readonly __typename?: 'AllowedAction';
  readonly predicate: Scalars['String']['output'];
  readonly because: ReadonlyArray<DecidingRule>;
};

export type AllowedActionEdge = {
  readonly __typename?: 'AllowedActionEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: AllowedAction;
};

export type AllowedActionConnection = {
  readonly __typename?: 'AllowedActionConnection';
  readonly edges: ReadonlyArray<AllowedActionEdge>;
  readonly pageInfo: PageInfo;
  /** globs by which rules allow more than what has a name */
  readonly patterns: ReadonlyArray<Scalars['String']['output']>;
  readonly policyVersion: Scalars['String']['output'];
};

export type WhatCan = {
  readonly __typename?: 'WhatCan';
  /** by type, then predicate; only what is allowed on something */
  readonly classes: ReadonlyArray<ActionSummary>;
  readonly policyVersion: Scalars['String']['output'];
};

export type ActionSummary = {
  readonly __typename?: 'ActionSummary';
  /** e.g. dataset, workflow, audit */
  readonly type: Scalars['String']['output'];
  readonly predicate: Scalars['String']['output'];
  /** on how many of those examined */
  readonly allowed: Scalars['Int']['output'];
  /** 0 for what has no objects, such as audit */
  readonly examined: Scalars['Int']['output'];
  /** there are more objects than were examined; searchResources lists them all */
  readonly more: Scalars['Boolean']['output'];
  readonly because: ReadonlyArray<DecidingRule>;
};

export type DataPolicyDecision = {
  readonly __typename?: 'DataPolicyDecision';
  readonly dataset: Scalars['String']['output'];
  /** whether the catalog knows its columns; without them nothing is masked here, and nothing can be promised */
  readonly known: Scalars['Boolean']['output'];
  readonly columns: ReadonlyArray<ColumnMaskDecision>;
  readonly rowFilter?: Maybe<RowFilter>;
  /** why a row filter cannot be made; then nothing may be read */
  readonly problem?: Maybe<Scalars['String']['output']>;
  readonly policyVersion: Scalars['String']['output'];
};

export type ColumnMaskDecision = {
  readonly __typename?: 'ColumnMaskDecision';
  readonly name: Scalars['String']['output'];
  readonly dataType: Scalars['String']['output'];
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** the mask that holds; null where none selects the column, `pass_through` where one exempts it */
  readonly mask?: Maybe<MaskChoice>;
  /** what it makes of a made-up value of the column's type */
  readonly example?: Maybe<MaskExample>;
  /** masks that would hold without it, the next first */
  readonly losers: ReadonlyArray<LosingMask>;
};

export type MaskChoice = {
  readonly __typename?: 'MaskChoice';
  readonly policy: Scalars['String']['output'];
  readonly at: Scalars['String']['output'];
  readonly operator: Scalars['String']['output'];
  readonly options: Scalars['JSON']['output'];
  readonly priority: Scalars['Int']['output'];
};

export type LosingMask = {
  readonly __typename?: 'LosingMask';
  readonly mask: MaskChoice;
  readonly why: Scalars['String']['output'];
};

export type MaskExample = {
  readonly __typename?: 'MaskExample';
  readonly value: Scalars['JSON']['output'];
  readonly masked?: Maybe<Scalars['JSON']['output']>;
};

export type DecidingRule = {
  readonly __typename?: 'DecidingRule';
  readonly id: Scalars['String']['output'];
  readonly policy: Scalars['String']['output'];
  readonly effect: Scalars['String']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** file:line:col */
  readonly at: Scalars['String']['output'];
};

export type ColumnMask = {
  readonly __typename?: 'ColumnMask';
  readonly column: Scalars['String']['output'];
  readonly operator: Scalars['String']['output'];
  readonly options: Scalars['JSON']['output'];
  readonly policy: Scalars['String']['output'];
  readonly at: Scalars['String']['output'];
};

/** Rows for which all of `all` and, where there is one, at least one of `any` holds; `text` says it in one line. */
export type RowFilter = {
  readonly __typename?: 'RowFilter';
  readonly text: Scalars['String']['output'];
  readonly all: ReadonlyArray<RowFilterClause>;
  readonly any: ReadonlyArray<RowFilterClause>;
};

export type RowFilterClause = {
  readonly __typename?: 'RowFilterClause';
  readonly policy: Scalars['String']['output'];
  readonly at: Scalars['String']['output'];
  readonly comparisons: ReadonlyArray<RowComparison>;
};

export type RowComparison = {
  readonly __typename?: 'RowComparison';
  readonly column: Scalars['String']['output'];
  readonly operator: Scalars['String']['output'];
  readonly value?: Maybe<Scalars['JSON']['output']>;
};

export type Policy = {
  readonly __typename?: 'Policy';
  readonly name: Scalars['String']['output'];
  /** access, mask or filter */
  readonly kind: Scalars['String']['output'];
  readonly file: Scalars['String']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly builtIn: Scalars['Boolean']['output'];
  readonly rules: ReadonlyArray<PolicyRule>;
};

export type PolicyRule = {
  readonly __typename?: 'PolicyRule';
  readonly id: Scalars['String']['output'];
  readonly effect: Scalars['String']['output'];
  /** the rule in one line */
  readonly text: Scalars['String']['output'];
  readonly at: Scalars['String']['output'];
};

/** A version of all policies together. */
export type PolicyVersion = {
  readonly __typename?: 'PolicyVersion';
  /** hash of what they say, as on decisions */
  readonly version: Scalars['String']['output'];
  /** when it went live */
  readonly since: Scalars['DateTime']['output'];
  /** what made it, as far as the caller may see it; none where the policies that come with the server changed */
  readonly changes: ReadonlyArray<PolicyChange>;
};

export type PolicyChange = {
  readonly __typename?: 'PolicyChange';
  /** policy grant provider use-case */
  readonly type: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly generation: Scalars['Int']['output'];
  /** written deleted approved */
  readonly outcome: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  /** null: it was deleted; the audit log tells by whom */
  readonly actor?: Maybe<Scalars['String']['output']>;
};

export type PolicyVersionEdge = {
  readonly __typename?: 'PolicyVersionEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: PolicyVersion;
};

export type PolicyVersionConnection = {
  readonly __typename?: 'PolicyVersionConnection';
  readonly edges: ReadonlyArray<PolicyVersionEdge>;
  readonly pageInfo: PageInfo;
};

export type RollbackPoliciesInput = {
  /** a version of `policyVersions`, at least 6 characters of it, or a time (RFC 3339) */
  readonly to: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type RollbackPoliciesPayload = {
  readonly __typename?: 'RollbackPoliciesPayload';
  /** the moment whose policies are live again */
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  /** those that change, `deleted` ones included, and grants that have to be approved again, with a warning; none: the policies are what they were */
  readonly resources: ReadonlyArray<AppliedResource>;
  /** the version that decides after the call; null where it was refused */
  readonly policyVersion?: Maybe<Scalars['String']['output']>;
  /** with `dryRun`: the decisions that would change; null where nothing would, or the caller may see no policies */
  readonly impact?: Maybe<PolicyImpact>;
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Decisions that differ between two sets of policies. */
export type PolicyImpact = {
  readonly __typename?: 'PolicyImpact';
  readonly beforeVersion: Scalars['String']['output'];
  readonly afterVersion: Scalars['String']['output'];
  /** ids of rules and data policies that only one of the two has */
  readonly rulesAdded: ReadonlyArray<Scalars['String']['output']>;
  readonly rulesRemoved: ReadonlyArray<Scalars['String']['output']>;
  /** decisions that differ */
  readonly changed: Scalars['Int']['output'];
  /** the biggest first; the same answers for the same reasons are one */
  readonly groups: ReadonlyArray<DecisionChangeGroup>;
  /** decisions that were made by both; what no differing rule is about is not asked */
  readonly compared: Scalars['Int']['output'];
  /** what was left out and why; null: nothing */
  readonly cut?: Maybe<Scalars['String']['output']>;
};

export type DecisionChangeGroup = {
  readonly __typename?: 'DecisionChangeGroup';
  readonly before: DecisionSide;
  readonly after: DecisionSide;
  readonly count: Scalars['Int']['output'];
  readonly predicates: ReadonlyArray<Scalars['String']['output']>;
  readonly subjects: DecisionClass;
  readonly objects: DecisionClass;
  readonly examples: ReadonlyArray<DecisionExample>;
};

export type DecisionSide = {
  readonly __typename?: 'DecisionSide';
  readonly effect: Scalars['String']['output'];
  readonly denyReason?: Maybe<Scalars['String']['output']>;
  readonly because: ReadonlyArray<DecidingRule>;
  /** masks and rows in one line; empty where there are none */
  readonly obligations: Scalars['String']['output'];
};

/** Who or what a group is about. */
export type DecisionClass = {
  readonly __typename?: 'DecisionClass';
  readonly count: Scalars['Int']['output'];
  /** what all have: tags, and for objects the beginning of their addresses */
  readonly common: ReadonlyArray<Scalars['String']['output']>;
  /** some of them */
  readonly sample: ReadonlyArray<Scalars['String']['output']>;
};

export type DecisionExample = {
  readonly __typename?: 'DecisionExample';
  readonly subject: Scalars['String']['output'];
  readonly predicate: Scalars['String']['output'];
  readonly object: Scalars['String']['output'];
};

export type PolicyReplay = {
  readonly __typename?: 'PolicyReplay';
  readonly candidateVersion: Scalars['String']['output'];
  /** records that were looked at */
  readonly read: Scalars['Int']['output'];
  readonly replayed: Scalars['Int']['output'];
  readonly changed: Scalars['Int']['output'];
  readonly groups: ReadonlyArray<DecisionChangeGroup>;
  /** lists, and decisions about subjects that are gone */
  readonly skipped: Scalars['Int']['output'];
  /** cannot be replayed, because a rule that may matter reads what is not on record; in none of the other counts */
  readonly unreplayable: Scalars['Int']['output'];
  /** why, the first 20 reasons */
  readonly unreplayableBecause: ReadonlyArray<Scalars['String']['output']>;
  /** decisions that the live policies answer differently today than they are recorded */
  readonly drifted: Scalars['Int']['output'];
  readonly cut?: Maybe<Scalars['String']['output']>;
};

/** How a candidate does beside the live policies of the server process that was asked. */
export type PolicyShadow = {
  readonly __typename?: 'PolicyShadow';
  readonly version: Scalars['String']['output'];
  readonly documents: ReadonlyArray<Scalars['String']['output']>;
  readonly startedAt: Scalars['DateTime']['output'];
  readonly startedBy: Scalars['String']['output'];
  /** server processes that compared something; each tells of it once a second */
  readonly processes: Scalars['Int']['output'];
  readonly compared: Scalars['Int']['output'];
  readonly disagreed: Scalars['Int']['output'];
  /** decisions that the candidate could not make */
  readonly failed: Scalars['Int']['output'];
  /** why it does not answer at present */
  readonly problem?: Maybe<Scalars['String']['output']>;
  /** of the newest 1,000 disagreements */
  readonly groups: ReadonlyArray<DecisionChangeGroup>;
};

export type StartPolicyShadowInput = {
  readonly candidate: ReadonlyArray<ManifestInput>;
};

export type PolicyShadowPayload = {
  readonly __typename?: 'PolicyShadowPayload';
  readonly shadow?: Maybe<PolicyShadow>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type PolicyEdge = {
  readonly __typename?: 'PolicyEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Policy;
};

export type PolicyConnection = {
  readonly __typename?: 'PolicyConnection';
  readonly edges: ReadonlyArray<PolicyEdge>;
  readonly pageInfo: PageInfo;
  readonly policyVersion: Scalars['String']['output'];
};

/** A grant that somebody asked for. */
export type GrantRequest = {
  readonly __typename?: 'GrantRequest';
  readonly name: Scalars['String']['output'];
  /** requested, approved, rejected, expired or used */
  readonly state: Scalars['String']['output'];
  readonly useCase: Scalars['String']['output'];
  readonly subjects: ReadonlyArray<Scalars['String']['output']>;
  /** atom id -> list of variable -> value */
  readonly values?: Maybe<Scalars['JSON']['output']>;
  readonly requester: Scalars['String']['output'];
  /** who applied it */
  readonly creator: Scalars['String']['output'];
  readonly notes?: Maybe<Scalars['String']['output']>;
  /** when it ends; for a request with a duration not known before it is approved */
  readonly until?: Maybe<Scalars['DateTime']['output']>;
  readonly duration?: Maybe<Scalars['String']['output']>;
  readonly singleUse: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly decidedBy?: Maybe<Scalars['String']['output']>;
  readonly decidedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly decisionNotes?: Maybe<Scalars['String']['output']>;
  readonly usedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type GrantRequestEdge = {
  readonly __typename?: 'GrantRequestEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: GrantRequest;
};

export type GrantRequestConnection = {
  readonly __typename?: 'GrantRequestConnection';
  readonly edges: ReadonlyArray<GrantRequestEdge>;
  readonly pageInfo: PageInfo;
};

export type DecideGrantInput = {
  readonly name: Scalars['String']['input'];
  readonly notes?: InputMaybe<Scalars['String']['input']>;
  /** check everything, change nothing */
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type GrantRequestPayload = {
  readonly __typename?: 'GrantRequestPayload';
  /** null where `userErrors` says why not */
  readonly grantRequest?: Maybe<GrantRequest>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Resource = Node & {
  readonly __typename?: 'Resource';
  readonly id: Scalars['ID']['output'];
  readonly urn: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly workspace?: Maybe<Scalars['String']['output']>;
  readonly version: Scalars['String']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly owner: Scalars['String']['output'];
  readonly layer: Scalars['String']['output'];
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** without secret values */
  readonly manifest: Scalars['JSON']['output'];
  readonly manifestYaml: Scalars['String']['output'];
  readonly generation: Scalars['Int']['output'];
  readonly observedGeneration: Scalars['Int']['output'];
  readonly resourceVersion: Scalars['Int']['output'];
  /** Pending Provisioning Running Active Terminating Terminated */
  readonly phase: Scalars['String']['output'];
  /** active pending error deleted */
  readonly status: Scalars['String']['output'];
  /** of a workflow: pending running succeeded failed cancelled next:<time> */
  readonly runtime: Scalars['String']['output'];
  readonly conditions: ReadonlyArray<Condition>;
  readonly events: ReadonlyArray<ResourceEvent>;
  /** the newest 100 */
  readonly versions: ReadonlyArray<ResourceVersion>;
  /** unified diff of two generations; `to` left out: the present one; `from` left out: the one before */
  readonly diff: Scalars['String']['output'];
  /** what its manifest names as needed */
  readonly dependencies: ReadonlyArray<ResourceLink>;
  /** what needs it, as far as the caller may see that; at most 100 */
  readonly dependents: ReadonlyArray<ResourceLink>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};


export type ResourceDiffArgs = {
  from?: InputMaybe<Scalars['Int']['input']>;
  to?: InputMaybe<Scalars['Int']['input']>;
};

export type ResourceLink = {
  readonly __typename?: 'ResourceLink';
  readonly type: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly workspace?: Maybe<Scalars['String']['output']>;
  /** null where it is absent or hidden */
  readonly status?: Maybe<Scalars['String']['output']>;
};

export type Condition = {
  readonly __typename?: 'Condition';
  readonly type: Scalars['String']['output'];
  readonly status: Scalars['String']['output'];
  readonly reason: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly lastTransitionTime: Scalars['DateTime']['output'];
};

export type ResourceEvent = {
  readonly __typename?: 'ResourceEvent';
  readonly at: Scalars['DateTime']['output'];
  readonly type: Scalars['String']['output'];
  readonly reason: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

export type ResourceVersion = {
  readonly __typename?: 'ResourceVersion';
  readonly generation: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly actor: Scalars['String']['output'];
  readonly manifestYaml: Scalars['String']['output'];
};

export type ResourceFilter = {
  readonly type?: InputMaybe<Scalars['String']['input']>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly workspace?: InputMaybe<Scalars['String']['input']>;
  readonly owner?: InputMaybe<Scalars['String']['input']>;
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type ResourceEdge = {
  readonly __typename?: 'ResourceEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Resource;
};

export type ResourceConnection = {
  readonly __typename?: 'ResourceConnection';
  readonly edges: ReadonlyArray<ResourceEdge>;
  readonly pageInfo: PageInfo;
};

export type ManifestInput = {
  /** the name that faults are reported with */
  readonly file: Scalars['String']['input'];
  readonly text: Scalars['String']['input'];
};

export type VariableInput = {
  readonly name: Scalars['String']['input'];
  readonly value: Scalars['String']['input'];
};

export type ApplyResourcesInput = {
  readonly documents: ReadonlyArray<ManifestInput>;
  /** values for `${NAME}` in the documents */
  readonly variables?: ReadonlyArray<VariableInput>;
  readonly disableInterpolation?: Scalars['Boolean']['input'];
  /** for documents that name none */
  readonly workspace?: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  /** versions that the caller has seen; where one is another by now, nothing is applied */
  readonly ifVersions?: ReadonlyArray<IfVersionInput>;
  /** deletes in the same step what carries all of the tags and is in none of the documents */
  readonly prune?: InputMaybe<PruneInput>;
};

export type IfVersionInput = {
  readonly type: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly workspace?: InputMaybe<Scalars['String']['input']>;
  /** `resourceVersion` as it was read; 0: it is taken for absent */
  readonly resourceVersion: Scalars['Int']['input'];
};

export type PruneInput = {
  /** at least one */
  readonly tags: ReadonlyArray<Scalars['String']['input']>;
  /** what a dry run showed as `deleted`; where anything else would go, nothing is applied */
  readonly expected?: InputMaybe<ReadonlyArray<ResourceRefInput>>;
};

export type ResourceRefInput = {
  readonly type: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly workspace?: InputMaybe<Scalars['String']['input']>;
};

export type RollbackResourceInput = {
  readonly type: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly workspace?: InputMaybe<Scalars['String']['input']>;
  /** generation to go back to; left out: the one before the present */
  readonly to?: InputMaybe<Scalars['Int']['input']>;
  /** `resourceVersion` as it was read */
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type RollbackResourcePayload = {
  readonly __typename?: 'RollbackResourcePayload';
  readonly resource?: Maybe<AppliedResource>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type AppliedResource = {
  readonly __typename?: 'AppliedResource';
  readonly type: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly workspace?: Maybe<Scalars['String']['output']>;
  readonly version: Scalars['String']['output'];
  /** created updated unchanged; deleted: pruned, or by a rollback of policies */
  readonly outcome: Scalars['String']['output'];
  readonly generation: Scalars['Int']['output'];
  readonly diff: Scalars['String']['output'];
  readonly warnings: ReadonlyArray<Warning>;
};

export type ApplyResourcesPayload = {
  readonly __typename?: 'ApplyResourcesPayload';
  readonly resources: ReadonlyArray<AppliedResource>;
  /** with `dryRun`, where policies or grants would change: the decisions that would change with them; null where the caller may see no policies */
  readonly impact?: Maybe<PolicyImpact>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type DeleteResourceInput = {
  readonly type: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly workspace?: InputMaybe<Scalars['String']['input']>;
  readonly force?: Scalars['Boolean']['input'];
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type DeleteResourcePayload = {
  readonly __typename?: 'DeleteResourcePayload';
  readonly deleted: Scalars['Boolean']['output'];
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Workspace = {
  readonly __typename?: 'Workspace';
  readonly name: Scalars['String']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
};

export type CreateWorkspaceInput = {
  readonly name: Scalars['String']['input'];
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type DeleteWorkspaceInput = {
  readonly name: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type WorkspacePayload = {
  readonly __typename?: 'WorkspacePayload';
  readonly workspace?: Maybe<Workspace>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Incident = Node & {
  readonly __typename?: 'Incident';
  readonly id: Scalars['ID']['output'];
  readonly monitor: Scalars['String']['output'];
  readonly workspace: Scalars['String']['output'];
  /** what tells it from other incidents of the monitor, e.g. labels of a series */
  readonly key: Scalars['String']['output'];
  /** open acknowledged resolved */
  readonly state: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly severity?: Maybe<Scalars['String']['output']>;
  /** what was found at last */
  readonly message: Scalars['String']['output'];
  /** what pagers see */
  readonly document: Scalars['JSON']['output'];
  /** how often it was found */
  readonly count: Scalars['Int']['output'];
  readonly openedAt: Scalars['DateTime']['output'];
  readonly lastSeenAt: Scalars['DateTime']['output'];
  readonly resolvedAt?: Maybe<Scalars['DateTime']['output']>;
  /** why it was resolved, where that is not that the condition is gone */
  readonly resolution?: Maybe<Scalars['String']['output']>;
  readonly acknowledgedBy?: Maybe<Scalars['String']['output']>;
  readonly acknowledgedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly notes?: Maybe<Scalars['String']['output']>;
};

export type IncidentEdge = {
  readonly __typename?: 'IncidentEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Incident;
};

export type IncidentConnection = {
  readonly __typename?: 'IncidentConnection';
  readonly edges: ReadonlyArray<IncidentEdge>;
  readonly pageInfo: PageInfo;
};

export type AcknowledgeIncidentInput = {
  readonly id: Scalars['ID']['input'];
  readonly notes?: InputMaybe<Scalars['String']['input']>;
};

export type IncidentPayload = {
  readonly __typename?: 'IncidentPayload';
  readonly incident?: Maybe<Incident>;
  readonly userErrors: ReadonlyArray<UserError>;
};

/** One message of a pager about one incident, to one output. */
export type Delivery = {
  readonly __typename?: 'Delivery';
  /** also the idempotency key that the receiver gets */
  readonly id: Scalars['ID']['output'];
  readonly incident: Scalars['ID']['output'];
  /** webHook email msTeams */
  readonly output: Scalars['String']['output'];
  /** opened resolved */
  readonly event: Scalars['String']['output'];
  /** pending sending delivered dead */
  readonly state: Scalars['String']['output'];
  readonly tries: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  /** when it is tried again */
  readonly nextAt?: Maybe<Scalars['DateTime']['output']>;
  readonly deliveredAt?: Maybe<Scalars['DateTime']['output']>;
  /** of the last try: what was answered, or what went wrong */
  readonly message?: Maybe<Scalars['String']['output']>;
};

export type DeliveryEdge = {
  readonly __typename?: 'DeliveryEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Delivery;
};

export type DeliveryConnection = {
  readonly __typename?: 'DeliveryConnection';
  readonly edges: ReadonlyArray<DeliveryEdge>;
  readonly pageInfo: PageInfo;
};

export type Run = Node & {
  readonly __typename?: 'Run';
  readonly id: Scalars['ID']['output'];
  readonly workflow: Scalars['String']['output'];
  readonly workspace: Scalars['String']['output'];
  /** of the workflow that it carries out */
  readonly generation: Scalars['Int']['output'];
  /** pending running succeeded failed cancelled */
  readonly state: Scalars['String']['output'];
  /** apply schedule manual rerun; resume where another process took it up */
  readonly trigger: Scalars['String']['output'];
  readonly attempt: Scalars['Int']['output'];
  /** who asked for it by hand */
  readonly requestedBy?: Maybe<Scalars['String']['output']>;
  /** the run that it does again */
  readonly rerunOf?: Maybe<Scalars['ID']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** milliseconds from start to end; null until it has ended */
  readonly durationMs?: Maybe<Scalars['Float']['output']>;
  readonly message?: Maybe<Scalars['String']['output']>;
  readonly jobs: ReadonlyArray<RunJob>;
};

export type RunJob = {
  readonly __typename?: 'RunJob';
  readonly name: Scalars['String']['output'];
  readonly stack: Scalars['String']['output'];
  readonly state: Scalars['String']['output'];
  /** how often it was tried; 0 where it was not, or need not be again */
  readonly tries: Scalars['Int']['output'];
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** milliseconds from start to end; null until it has ended */
  readonly durationMs?: Maybe<Scalars['Float']['output']>;
  readonly message?: Maybe<Scalars['String']['output']>;
  readonly result?: Maybe<Scalars['JSON']['output']>;
};

export type RunEdge = {
  readonly __typename?: 'RunEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Run;
};

export type RunConnection = {
  readonly __typename?: 'RunConnection';
  readonly edges: ReadonlyArray<RunEdge>;
  readonly pageInfo: PageInfo;
};

export type RunWorkflowInput = {
  readonly name: Scalars['String']['input'];
  readonly workspace?: Scalars['String']['input'];
};

export type CancelRunInput = {
  readonly id: Scalars['ID']['input'];
};

export type RerunInput = {
  readonly id: Scalars['ID']['input'];
  /** Jobs that succeeded are not run again, unless they or what they need have changed since. */
  readonly fromFailed?: Scalars['Boolean']['input'];
};

export type RunPayload = {
  readonly __typename?: 'RunPayload';
  readonly run?: Maybe<Run>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type LogLine = {
  readonly __typename?: 'LogLine';
  readonly at: Scalars['DateTime']['output'];
  readonly level: Scalars['String']['output'];
  readonly run?: Maybe<Scalars['String']['output']>;
  readonly job?: Maybe<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
};

export type LogEdge = {
  readonly __typename?: 'LogEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: LogLine;
};

export type LogConnection = {
  readonly __typename?: 'LogConnection';
  readonly edges: ReadonlyArray<LogEdge>;
  readonly pageInfo: PageInfo;
};

export type AuditFilter = {
  readonly actor?: InputMaybe<Scalars['String']['input']>;
  readonly type?: InputMaybe<Scalars['String']['input']>;
  /** allow deny success failure */
  readonly outcome?: InputMaybe<Scalars['String']['input']>;
  readonly object?: InputMaybe<Scalars['String']['input']>;
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

export type AuditEvent = {
  readonly __typename?: 'AuditEvent';
  readonly chain: Scalars['String']['output'];
  readonly seq: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly type: Scalars['String']['output'];
  readonly actor: Scalars['String']['output'];
  readonly action: Scalars['String']['output'];
  readonly object: ReadonlyArray<Scalars['String']['output']>;
  readonly outcome: Scalars['String']['output'];
  readonly decisionId?: Maybe<Scalars['String']['output']>;
  readonly policyVersion?: Maybe<Scalars['String']['output']>;
  readonly rules: ReadonlyArray<Scalars['String']['output']>;
  readonly requestId?: Maybe<Scalars['String']['output']>;
  readonly ip?: Maybe<Scalars['String']['output']>;
  readonly details?: Maybe<Scalars['JSON']['output']>;
  readonly prevHash: Scalars['String']['output'];
  readonly hash: Scalars['String']['output'];
};

export type AuditEventEdge = {
  readonly __typename?: 'AuditEventEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: AuditEvent;
};

export type AuditEventConnection = {
  readonly __typename?: 'AuditEventConnection';
  readonly edges: ReadonlyArray<AuditEventEdge>;
  readonly pageInfo: PageInfo;
};

export type AuditChainHead = {
  readonly __typename?: 'AuditChainHead';
  readonly chain: Scalars['String']['output'];
  readonly seq: Scalars['Int']['output'];
  readonly hash: Scalars['String']['output'];
};

export type AuditVerification = {
  readonly __typename?: 'AuditVerification';
  /** sound tampered incomplete */
  readonly state: Scalars['String']['output'];
  readonly records: Scalars['Int']['output'];
  readonly chains: Scalars['Int']['output'];
  readonly checkpoints: Scalars['Int']['output'];
  readonly problem?: Maybe<Scalars['String']['output']>;
  readonly heads: ReadonlyArray<AuditChainHead>;
};

export type RebuildPayload = {
  readonly __typename?: 'RebuildPayload';
  /** documents in the new search index */
  readonly search: Scalars['Int']['output'];
  /** nodes in the new lineage graph */
  readonly lineage: Scalars['Int']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( EntityParent )
    | ( ResourceParent )
    | ( IncidentParent )
    | ( RunParent )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Seq: ResolverTypeWrapper<Scalars['Seq']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Count: ResolverTypeWrapper<Count>;
  UserError: ResolverTypeWrapper<UserError>;
  Warning: ResolverTypeWrapper<Warning>;
  Me: ResolverTypeWrapper<Me>;
  User: ResolverTypeWrapper<User>;
  UserEdge: ResolverTypeWrapper<UserEdge>;
  UserConnection: ResolverTypeWrapper<UserConnection>;
  ApiKey: ResolverTypeWrapper<ApiKey>;
  CreateApiKeyInput: CreateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  ApiKeyPayload: ResolverTypeWrapper<ApiKeyPayload>;
  SetUserTagsInput: SetUserTagsInput;
  UserPayload: ResolverTypeWrapper<UserPayload>;
  ObjectType: ResolverTypeWrapper<ObjectType>;
  ObjectTypeEdge: ResolverTypeWrapper<ObjectTypeEdge>;
  ObjectTypeConnection: ResolverTypeWrapper<ObjectTypeConnection>;
  RegisteredObject: ResolverTypeWrapper<RegisteredObject>;
  RegisteredObjectEdge: ResolverTypeWrapper<RegisteredObjectEdge>;
  RegisteredObjectConnection: ResolverTypeWrapper<RegisteredObjectConnection>;
  PutObjectTypeInput: PutObjectTypeInput;
  ObjectTypePayload: ResolverTypeWrapper<ObjectTypePayload>;
  DeleteObjectTypeInput: DeleteObjectTypeInput;
  DeleteObjectTypePayload: ResolverTypeWrapper<DeleteObjectTypePayload>;
  RegisterObjectsInput: RegisterObjectsInput;
  RegisteredObjectInput: RegisteredObjectInput;
  RegisterObjectsPayload: ResolverTypeWrapper<RegisterObjectsPayload>;
  UnregisterObjectsInput: UnregisterObjectsInput;
  RegisteredObjectRefInput: RegisteredObjectRefInput;
  UnregisterObjectsPayload: ResolverTypeWrapper<UnregisterObjectsPayload>;
  EntityKind: EntityKind;
  Entity: ResolverTypeWrapper<EntityParent>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Key: ResolverTypeWrapper<Key>;
  ForeignKey: ResolverTypeWrapper<ForeignKey>;
  Index: ResolverTypeWrapper<Index>;
  AspectProvenance: ResolverTypeWrapper<AspectProvenance>;
  EntityFilter: EntityFilter;
  EntityEdge: ResolverTypeWrapper<Omit<EntityEdge, 'node'> & { node: ResolversTypes['Entity'] }>;
  EntityConnection: ResolverTypeWrapper<Omit<EntityConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['EntityEdge']> }>;
  UpdateEntityInput: UpdateEntityInput;
  ApproveScanInput: ApproveScanInput;
  ApproveScanPayload: ResolverTypeWrapper<ApproveScanPayload>;
  EntityPayload: ResolverTypeWrapper<Omit<EntityPayload, 'entity'> & { entity?: Maybe<ResolversTypes['Entity']> }>;
  SearchFilter: SearchFilter;
  SearchWhere: SearchWhere;
  FacetValues: FacetValues;
  SearchHit: ResolverTypeWrapper<SearchHitParent>;
  Highlight: ResolverTypeWrapper<Highlight>;
  SearchEdge: ResolverTypeWrapper<Omit<SearchEdge, 'node'> & { node: ResolversTypes['SearchHit'] }>;
  Facet: ResolverTypeWrapper<Facet>;
  SearchConnection: ResolverTypeWrapper<Omit<SearchConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['SearchEdge']> }>;
  Suggestion: ResolverTypeWrapper<Suggestion>;
  LineageDirection: LineageDirection;
  LineageGranularity: LineageGranularity;
  LineageNode: ResolverTypeWrapper<LineageNode>;
  LineageEdge: ResolverTypeWrapper<LineageEdge>;
  LineageCompleteness: ResolverTypeWrapper<LineageCompleteness>;
  LineageResult: ResolverTypeWrapper<LineageResult>;
  ImpactDirection: ImpactDirection;
  Impact: ResolverTypeWrapper<Impact>;
  AuthorizeInput: AuthorizeInput;
  ObjectInput: ObjectInput;
  Decision: ResolverTypeWrapper<DecisionParent>;
  WhyNot: ResolverTypeWrapper<WhyNot>;
  NearRule: ResolverTypeWrapper<NearRule>;
  Misfit: ResolverTypeWrapper<Misfit>;
  AllowedSubject: ResolverTypeWrapper<AllowedSubject>;
  AllowedSubjectEdge: ResolverTypeWrapper<AllowedSubjectEdge>;
  AllowedSubjectConnection: ResolverTypeWrapper<AllowedSubjectConnection>;
  AllowedObject: ResolverTypeWrapper<AllowedObject>;
  AllowedObjectEdge: ResolverTypeWrapper<AllowedObjectEdge>;
  AllowedObjectConnection: ResolverTypeWrapper<AllowedObjectConnection>;
  AllowedAction: ResolverTypeWrapper<AllowedAction>;
  AllowedActionEdge: ResolverTypeWrapper<AllowedActionEdge>;
  AllowedActionConnection: ResolverTypeWrapper<AllowedActionConnection>;
  WhatCan: ResolverTypeWrapper<WhatCan>;
  ActionSummary: ResolverTypeWrapper<ActionSummary>;
  DataPolicyDecision: ResolverTypeWrapper<DataPolicyDecision>;
  ColumnMaskDecision: ResolverTypeWrapper<ColumnMaskDecision>;
  MaskChoice: ResolverTypeWrapper<MaskChoice>;
  LosingMask: ResolverTypeWrapper<LosingMask>;
  MaskExample: ResolverTypeWrapper<MaskExample>;
  DecidingRule: ResolverTypeWrapper<DecidingRule>;
  ColumnMask: ResolverTypeWrapper<ColumnMask>;
  RowFilter: ResolverTypeWrapper<RowFilter>;
  RowFilterClause: ResolverTypeWrapper<RowFilterClause>;
  RowComparison: ResolverTypeWrapper<RowComparison>;
  Policy: ResolverTypeWrapper<Policy>;
  PolicyRule: ResolverTypeWrapper<PolicyRule>;
  PolicyVersion: ResolverTypeWrapper<PolicyVersion>;
  PolicyChange: ResolverTypeWrapper<PolicyChange>;
  PolicyVersionEdge: ResolverTypeWrapper<PolicyVersionEdge>;
  PolicyVersionConnection: ResolverTypeWrapper<PolicyVersionConnection>;
  RollbackPoliciesInput: RollbackPoliciesInput;
  RollbackPoliciesPayload: ResolverTypeWrapper<RollbackPoliciesPayload>;
  PolicyImpact: ResolverTypeWrapper<PolicyImpact>;
  DecisionChangeGroup: ResolverTypeWrapper<DecisionChangeGroup>;
  DecisionSide: ResolverTypeWrapper<DecisionSide>;
  DecisionClass: ResolverTypeWrapper<DecisionClass>;
  DecisionExample: ResolverTypeWrapper<DecisionExample>;
  PolicyReplay: ResolverTypeWrapper<PolicyReplay>;
  PolicyShadow: ResolverTypeWrapper<PolicyShadow>;
  StartPolicyShadowInput: StartPolicyShadowInput;
  PolicyShadowPayload: ResolverTypeWrapper<PolicyShadowPayload>;
  PolicyEdge: ResolverTypeWrapper<PolicyEdge>;
  PolicyConnection: ResolverTypeWrapper<PolicyConnection>;
  GrantRequest: ResolverTypeWrapper<GrantRequest>;
  GrantRequestEdge: ResolverTypeWrapper<GrantRequestEdge>;
  GrantRequestConnection: ResolverTypeWrapper<GrantRequestConnection>;
  DecideGrantInput: DecideGrantInput;
  GrantRequestPayload: ResolverTypeWrapper<GrantRequestPayload>;
  Resource: ResolverTypeWrapper<ResourceParent>;
  ResourceLink: ResolverTypeWrapper<ResourceLink>;
  Condition: ResolverTypeWrapper<Condition>;
  ResourceEvent: ResolverTypeWrapper<ResourceEvent>;
  ResourceVersion: ResolverTypeWrapper<ResourceVersion>;
  ResourceFilter: ResourceFilter;
  ResourceEdge: ResolverTypeWrapper<Omit<ResourceEdge, 'node'> & { node: ResolversTypes['Resource'] }>;
  ResourceConnection: ResolverTypeWrapper<Omit<ResourceConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ResourceEdge']> }>;
  ManifestInput: ManifestInput;
  VariableInput: VariableInput;
  ApplyResourcesInput: ApplyResourcesInput;
  IfVersionInput: IfVersionInput;
  PruneInput: PruneInput;
  ResourceRefInput: ResourceRefInput;
  RollbackResourceInput: RollbackResourceInput;
  RollbackResourcePayload: ResolverTypeWrapper<RollbackResourcePayload>;
  AppliedResource: ResolverTypeWrapper<AppliedResource>;
  ApplyResourcesPayload: ResolverTypeWrapper<ApplyResourcesPayload>;
  DeleteResourceInput: DeleteResourceInput;
  DeleteResourcePayload: ResolverTypeWrapper<DeleteResourcePayload>;
  Workspace: ResolverTypeWrapper<Workspace>;
  CreateWorkspaceInput: CreateWorkspaceInput;
  DeleteWorkspaceInput: DeleteWorkspaceInput;
  WorkspacePayload: ResolverTypeWrapper<WorkspacePayload>;
  Incident: ResolverTypeWrapper<IncidentParent>;
  IncidentEdge: ResolverTypeWrapper<Omit<IncidentEdge, 'node'> & { node: ResolversTypes['Incident'] }>;
  IncidentConnection: ResolverTypeWrapper<Omit<IncidentConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['IncidentEdge']> }>;
  AcknowledgeIncidentInput: AcknowledgeIncidentInput;
  IncidentPayload: ResolverTypeWrapper<Omit<IncidentPayload, 'incident'> & { incident?: Maybe<ResolversTypes['Incident']> }>;
  Delivery: ResolverTypeWrapper<Delivery>;
  DeliveryEdge: ResolverTypeWrapper<DeliveryEdge>;
  DeliveryConnection: ResolverTypeWrapper<DeliveryConnection>;
  Run: ResolverTypeWrapper<RunParent>;
  RunJob: ResolverTypeWrapper<RunJob>;
  RunEdge: ResolverTypeWrapper<Omit<RunEdge, 'node'> & { node: ResolversTypes['Run'] }>;
  RunConnection: ResolverTypeWrapper<Omit<RunConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['RunEdge']> }>;
  RunWorkflowInput: RunWorkflowInput;
  CancelRunInput: CancelRunInput;
  RerunInput: RerunInput;
  RunPayload: ResolverTypeWrapper<Omit<RunPayload, 'run'> & { run?: Maybe<ResolversTypes['Run']> }>;
  LogLine: ResolverTypeWrapper<LogLine>;
  LogEdge: ResolverTypeWrapper<LogEdge>;
  LogConnection: ResolverTypeWrapper<LogConnection>;
  AuditFilter: AuditFilter;
  AuditEvent: ResolverTypeWrapper<AuditEvent>;
  AuditEventEdge: ResolverTypeWrapper<AuditEventEdge>;
  AuditEventConnection: ResolverTypeWrapper<AuditEventConnection>;
  AuditChainHead: ResolverTypeWrapper<AuditChainHead>;
  AuditVerification: ResolverTypeWrapper<AuditVerification>;
  RebuildPayload: ResolverTypeWrapper<RebuildPayload>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  Seq: Scalars['Seq']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Count: Count;
  UserError: UserError;
  Warning: Warning;
  Me: Me;
  User: User;
  UserEdge: UserEdge;
  UserConnection: UserConnection;
  ApiKey: ApiKey;
  CreateApiKeyInput: CreateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  ApiKeyPayload: ApiKeyPayload;
  SetUserTagsInput: SetUserTagsInput;
  UserPayload: UserPayload;
  ObjectType: ObjectType;
  ObjectTypeEdge: ObjectTypeEdge;
  ObjectTypeConnection: ObjectTypeConnection;
  RegisteredObject: RegisteredObject;
  RegisteredObjectEdge: RegisteredObjectEdge;
  RegisteredObjectConnection: RegisteredObjectConnection;
  PutObjectTypeInput: PutObjectTypeInput;
  ObjectTypePayload: ObjectTypePayload;
  DeleteObjectTypeInput: DeleteObjectTypeInput;
  DeleteObjectTypePayload: DeleteObjectTypePayload;
  RegisterObjectsInput: RegisterObjectsInput;
  RegisteredObjectInput: RegisteredObjectInput;
  RegisterObjectsPayload: RegisterObjectsPayload;
  UnregisterObjectsInput: UnregisterObjectsInput;
  RegisteredObjectRefInput: RegisteredObjectRefInput;
  UnregisterObjectsPayload: UnregisterObjectsPayload;
  Entity: EntityParent;
  Float: Scalars['Float']['output'];
  Key: Key;
  ForeignKey: ForeignKey;
  Index: Index;
  AspectProvenance: AspectProvenance;
  EntityFilter: EntityFilter;
  EntityEdge: Omit<EntityEdge, 'node'> & { node: ResolversParentTypes['Entity'] };
  EntityConnection: Omit<EntityConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['EntityEdge']> };
  UpdateEntityInput: UpdateEntityInput;
  ApproveScanInput: ApproveScanInput;
  ApproveScanPayload: ApproveScanPayload;
  EntityPayload: Omit<EntityPayload, 'entity'> & { entity?: Maybe<ResolversParentTypes['Entity']> };
  SearchFilter: SearchFilter;
  SearchWhere: SearchWhere;
  FacetValues: FacetValues;
  SearchHit: SearchHitParent;
  Highlight: Highlight;
  SearchEdge: Omit<SearchEdge, 'node'> & { node: ResolversParentTypes['SearchHit'] };
  Facet: Facet;
  SearchConnection: Omit<SearchConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['SearchEdge']> };
  Suggestion: Suggestion;
  LineageNode: LineageNode;
  LineageEdge: LineageEdge;
  LineageCompleteness: LineageCompleteness;
  LineageResult: LineageResult;
  Impact: Impact;
  AuthorizeInput: AuthorizeInput;
  ObjectInput: ObjectInput;
  Decision: DecisionParent;
  WhyNot: WhyNot;
  NearRule: NearRule;
  Misfit: Misfit;
  AllowedSubject: AllowedSubject;
  AllowedSubjectEdge: AllowedSubjectEdge;
  AllowedSubjectConnection: AllowedSubjectConnection;
  AllowedObject: AllowedObject;
  AllowedObjectEdge: AllowedObjectEdge;
  AllowedObjectConnection: AllowedObjectConnection;
  AllowedAction: AllowedAction;
  AllowedActionEdge: AllowedActionEdge;
  AllowedActionConnection: AllowedActionConnection;
  WhatCan: WhatCan;
  ActionSummary: ActionSummary;
  DataPolicyDecision: DataPolicyDecision;
  ColumnMaskDecision: ColumnMaskDecision;
  MaskChoice: MaskChoice;
  LosingMask: LosingMask;
  MaskExample: MaskExample;
  DecidingRule: DecidingRule;
  ColumnMask: ColumnMask;
  RowFilter: RowFilter;
  RowFilterClause: RowFilterClause;
  RowComparison: RowComparison;
  Policy: Policy;
  PolicyRule: PolicyRule;
  PolicyVersion: PolicyVersion;
  PolicyChange: PolicyChange;
  PolicyVersionEdge: PolicyVersionEdge;
  PolicyVersionConnection: PolicyVersionConnection;
  RollbackPoliciesInput: RollbackPoliciesInput;
  RollbackPoliciesPayload: RollbackPoliciesPayload;
  PolicyImpact: PolicyImpact;
  DecisionChangeGroup: DecisionChangeGroup;
  DecisionSide: DecisionSide;
  DecisionClass: DecisionClass;
  DecisionExample: DecisionExample;
  PolicyReplay: PolicyReplay;
  PolicyShadow: PolicyShadow;
  StartPolicyShadowInput: StartPolicyShadowInput;
  PolicyShadowPayload: PolicyShadowPayload;
  PolicyEdge: PolicyEdge;
  PolicyConnection: PolicyConnection;
  GrantRequest: GrantRequest;
  GrantRequestEdge: GrantRequestEdge;
  GrantRequestConnection: GrantRequestConnection;
  DecideGrantInput: DecideGrantInput;
  GrantRequestPayload: GrantRequestPayload;
  Resource: ResourceParent;
  ResourceLink: ResourceLink;
  Condition: Condition;
  ResourceEvent: ResourceEvent;
  ResourceVersion: ResourceVersion;
  ResourceFilter: ResourceFilter;
  ResourceEdge: Omit<ResourceEdge, 'node'> & { node: ResolversParentTypes['Resource'] };
  ResourceConnection: Omit<ResourceConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ResourceEdge']> };
  ManifestInput: ManifestInput;
  VariableInput: VariableInput;
  ApplyResourcesInput: ApplyResourcesInput;
  IfVersionInput: IfVersionInput;
  PruneInput: PruneInput;
  ResourceRefInput: ResourceRefInput;
  RollbackResourceInput: RollbackResourceInput;
  RollbackResourcePayload: RollbackResourcePayload;
  AppliedResource: AppliedResource;
  ApplyResourcesPayload: ApplyResourcesPayload;
  DeleteResourceInput: DeleteResourceInput;
  DeleteResourcePayload: DeleteResourcePayload;
  Workspace: Workspace;
  CreateWorkspaceInput: CreateWorkspaceInput;
  DeleteWorkspaceInput: DeleteWorkspaceInput;
  WorkspacePayload: WorkspacePayload;
  Incident: IncidentParent;
  IncidentEdge: Omit<IncidentEdge, 'node'> & { node: ResolversParentTypes['Incident'] };
  IncidentConnection: Omit<IncidentConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['IncidentEdge']> };
  AcknowledgeIncidentInput: AcknowledgeIncidentInput;
  IncidentPayload: Omit<IncidentPayload, 'incident'> & { incident?: Maybe<ResolversParentTypes['Incident']> };
  Delivery: Delivery;
  DeliveryEdge: DeliveryEdge;
  DeliveryConnection: DeliveryConnection;
  Run: RunParent;
  RunJob: RunJob;
  RunEdge: Omit<RunEdge, 'node'> & { node: ResolversParentTypes['Run'] };
  RunConnection: Omit<RunConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['RunEdge']> };
  RunWorkflowInput: RunWorkflowInput;
  CancelRunInput: CancelRunInput;
  RerunInput: RerunInput;
  RunPayload: Omit<RunPayload, 'run'> & { run?: Maybe<ResolversParentTypes['Run']> };
  LogLine: LogLine;
  LogEdge: LogEdge;
  LogConnection: LogConnection;
  AuditFilter: AuditFilter;
  AuditEvent: AuditEvent;
  AuditEventEdge: AuditEventEdge;
  AuditEventConnection: AuditEventConnection;
  AuditChainHead: AuditChainHead;
  AuditVerification: AuditVerification;
  RebuildPayload: RebuildPayload;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface SeqScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Seq'], any> {
  name: 'Seq';
}

export type QueryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  me?: Resolver<ResolversTypes['Me'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  entity?: Resolver<Maybe<ResolversTypes['Entity']>, ParentType, ContextType, RequireFields<QueryEntityArgs, 'urn'>>;
  entities?: Resolver<ResolversTypes['EntityConnection'], ParentType, ContextType, RequireFields<QueryEntitiesArgs, 'first'>>;
  entityCounts?: Resolver<ReadonlyArray<ResolversTypes['Count']>, ParentType, ContextType, Partial<QueryEntityCountsArgs>>;
  search?: Resolver<ResolversTypes['SearchConnection'], ParentType, ContextType, RequireFields<QuerySearchArgs, 'query' | 'first'>>;
  suggest?: Resolver<ReadonlyArray<ResolversTypes['Suggestion']>, ParentType, ContextType, RequireFields<QuerySuggestArgs, 'prefix' | 'first'>>;
  lineage?: Resolver<ResolversTypes['LineageResult'], ParentType, ContextType, RequireFields<QueryLineageArgs, 'of' | 'direction' | 'depth' | 'maxNodes'>>;
  impact?: Resolver<ResolversTypes['Impact'], ParentType, ContextType, RequireFields<QueryImpactArgs, 'of' | 'direction' | 'maxCount'>>;
  authorize?: Resolver<ResolversTypes['Decision'], ParentType, ContextType, RequireFields<QueryAuthorizeArgs, 'input'>>;
  authorizeMany?: Resolver<ReadonlyArray<ResolversTypes['Decision']>, ParentType, ContextType, RequireFields<QueryAuthorizeManyArgs, 'inputs'>>;
  whoCan?: Resolver<ResolversTypes['AllowedSubjectConnection'], ParentType, ContextType, RequireFields<QueryWhoCanArgs, 'predicate' | 'object' | 'first'>>;
  searchResources?: Resolver<ResolversTypes['AllowedObjectConnection'], ParentType, ContextType, RequireFields<QuerySearchResourcesArgs, 'predicate' | 'first'>>;
  searchActions?: Resolver<ResolversTypes['AllowedActionConnection'], ParentType, ContextType, RequireFields<QuerySearchActionsArgs, 'object' | 'first'>>;
  whatCan?: Resolver<ResolversTypes['WhatCan'], ParentType, ContextType, Partial<QueryWhatCanArgs>>;
  dataPolicyDecision?: Resolver<ResolversTypes['DataPolicyDecision'], ParentType, ContextType, RequireFields<QueryDataPolicyDecisionArgs, 'dataset'>>;
  policies?: Resolver<ResolversTypes['PolicyConnection'], ParentType, ContextType, RequireFields<QueryPoliciesArgs, 'first'>>;
  policyDiff?: Resolver<ResolversTypes['PolicyImpact'], ParentType, ContextType, RequireFields<QueryPolicyDiffArgs, 'after'>>;
  policyVersions?: Resolver<ResolversTypes['PolicyVersionConnection'], ParentType, ContextType, RequireFields<QueryPolicyVersionsArgs, 'first'>>;
  policyReplay?: Resolver<ResolversTypes['PolicyReplay'], ParentType, ContextType, RequireFields<QueryPolicyReplayArgs, 'candidate'>>;
  policyShadow?: Resolver<Maybe<ResolversTypes['PolicyShadow']>, ParentType, ContextType>;
  grants?: Resolver<ResolversTypes['ResourceConnection'], ParentType, ContextType, RequireFields<QueryGrantsArgs, 'first'>>;
  grantRequests?: Resolver<ResolversTypes['GrantRequestConnection'], ParentType, ContextType, RequireFields<QueryGrantRequestsArgs, 'first'>>;
  resources?: Resolver<ResolversTypes['ResourceConnection'], ParentType, ContextType, RequireFields<QueryResourcesArgs, 'first'>>;
  resource?: Resolver<Maybe<ResolversTypes['Resource']>, ParentType, ContextType, RequireFields<QueryResourceArgs, 'type' | 'name'>>;
  workspaces?: Resolver<ReadonlyArray<ResolversTypes['Workspace']>, ParentType, ContextType>;
  incidents?: Resolver<ResolversTypes['IncidentConnection'], ParentType, ContextType, RequireFields<QueryIncidentsArgs, 'first'>>;
  deliveries?: Resolver<ResolversTypes['DeliveryConnection'], ParentType, ContextType, RequireFields<QueryDeliveriesArgs, 'pager' | 'first'>>;
  runs?: Resolver<ResolversTypes['RunConnection'], ParentType, ContextType, RequireFields<QueryRunsArgs, 'first'>>;
  logs?: Resolver<ResolversTypes['LogConnection'], ParentType, ContextType, RequireFields<QueryLogsArgs, 'type' | 'name' | 'first'>>;
  users?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, RequireFields<QueryUsersArgs, 'first'>>;
  apiKeys?: Resolver<ReadonlyArray<ResolversTypes['ApiKey']>, ParentType, ContextType, Partial<QueryApiKeysArgs>>;
  objectTypes?: Resolver<ResolversTypes['ObjectTypeConnection'], ParentType, ContextType, RequireFields<QueryObjectTypesArgs, 'first'>>;
  registeredObjects?: Resolver<ResolversTypes['RegisteredObjectConnection'], ParentType, ContextType, RequireFields<QueryRegisteredObjectsArgs, 'type' | 'first'>>;
  registeredObject?: Resolver<Maybe<ResolversTypes['RegisteredObject']>, ParentType, ContextType, RequireFields<QueryRegisteredObjectArgs, 'type' | 'id'>>;
  auditEvents?: Resolver<ResolversTypes['AuditEventConnection'], ParentType, ContextType, RequireFields<QueryAuditEventsArgs, 'first'>>;
  auditVerification?: Resolver<ResolversTypes['AuditVerification'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  applyResources?: Resolver<ResolversTypes['ApplyResourcesPayload'], ParentType, ContextType, RequireFields<MutationApplyResourcesArgs, 'input'>>;
  deleteResource?: Resolver<ResolversTypes['DeleteResourcePayload'], ParentType, ContextType, RequireFields<MutationDeleteResourceArgs, 'input'>>;
  rollbackResource?: Resolver<ResolversTypes['RollbackResourcePayload'], ParentType, ContextType, RequireFields<MutationRollbackResourceArgs, 'input'>>;
  rollbackPolicies?: Resolver<ResolversTypes['RollbackPoliciesPayload'], ParentType, ContextType, RequireFields<MutationRollbackPoliciesArgs, 'input'>>;
  startPolicyShadow?: Resolver<ResolversTypes['PolicyShadowPayload'], ParentType, ContextType, RequireFields<MutationStartPolicyShadowArgs, 'input'>>;
  stopPolicyShadow?: Resolver<ResolversTypes['PolicyShadowPayload'], ParentType, ContextType>;
  acknowledgeIncident?: Resolver<ResolversTypes['IncidentPayload'], ParentType, ContextType, RequireFields<MutationAcknowledgeIncidentArgs, 'input'>>;
  runWorkflow?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationRunWorkflowArgs, 'input'>>;
  cancelRun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationCancelRunArgs, 'input'>>;
  rerun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationRerunArgs, 'input'>>;
  createWorkspace?: Resolver<ResolversTypes['WorkspacePayload'], ParentType, ContextType, RequireFields<MutationCreateWorkspaceArgs, 'input'>>;
  deleteWorkspace?: Resolver<ResolversTypes['WorkspacePayload'], ParentType, ContextType, RequireFields<MutationDeleteWorkspaceArgs, 'input'>>;
  updateEntity?: Resolver<ResolversTypes['EntityPayload'], ParentType, ContextType, RequireFields<MutationUpdateEntityArgs, 'input'>>;
  approveScan?: Resolver<ResolversTypes['ApproveScanPayload'], ParentType, ContextType, RequireFields<MutationApproveScanArgs, 'input'>>;
  createApiKey?: Resolver<ResolversTypes['ApiKeyPayload'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  revokeApiKey?: Resolver<ResolversTypes['ApiKeyPayload'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  setUserTags?: Resolver<ResolversTypes['UserPayload'], ParentType, ContextType, RequireFields<MutationSetUserTagsArgs, 'input'>>;
  putObjectType?: Resolver<ResolversTypes['ObjectTypePayload'], ParentType, ContextType, RequireFields<MutationPutObjectTypeArgs, 'input'>>;
  deleteObjectType?: Resolver<ResolversTypes['DeleteObjectTypePayload'], ParentType, ContextType, RequireFields<MutationDeleteObjectTypeArgs, 'input'>>;
  registerObjects?: Resolver<ResolversTypes['RegisterObjectsPayload'], ParentType, ContextType, RequireFields<MutationRegisterObjectsArgs, 'input'>>;
  unregisterObjects?: Resolver<ResolversTypes['UnregisterObjectsPayload'], ParentType, ContextType, RequireFields<MutationUnregisterObjectsArgs, 'input'>>;
  approveGrant?: Resolver<ResolversTypes['GrantRequestPayload'], ParentType, ContextType, RequireFields<MutationApproveGrantArgs, 'input'>>;
  rejectGrant?: Resolver<ResolversTypes['GrantRequestPayload'], ParentType, ContextType, RequireFields<MutationRejectGrantArgs, 'input'>>;
  rebuildProjections?: Resolver<ResolversTypes['RebuildPayload'], ParentType, ContextType>;
};

export type NodeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Entity' | 'Resource' | 'Incident' | 'Run', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CountResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Count'] = ResolversParentTypes['Count']> = {
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  at?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  decisionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type WarningResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Warning'] = ResolversParentTypes['Warning']> = {
  at?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Me'] = ResolversParentTypes['Me']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  attributes?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  attributes?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ApiKeyPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApiKeyPayload'] = ResolversParentTypes['ApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  key?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UserPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UserPayload'] = ResolversParentTypes['UserPayload']> = {
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ObjectTypeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ObjectType'] = ResolversParentTypes['ObjectType']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  owner?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ObjectTypeEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ObjectTypeEdge'] = ResolversParentTypes['ObjectTypeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ObjectType'], ParentType, ContextType>;
};

export type ObjectTypeConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ObjectTypeConnection'] = ResolversParentTypes['ObjectTypeConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ObjectTypeEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RegisteredObjectResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RegisteredObject'] = ResolversParentTypes['RegisteredObject']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  attributes?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RegisteredObjectEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RegisteredObjectEdge'] = ResolversParentTypes['RegisteredObjectEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['RegisteredObject'], ParentType, ContextType>;
};

export type RegisteredObjectConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RegisteredObjectConnection'] = ResolversParentTypes['RegisteredObjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RegisteredObjectEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ObjectTypePayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ObjectTypePayload'] = ResolversParentTypes['ObjectTypePayload']> = {
  objectType?: Resolver<Maybe<ResolversTypes['ObjectType']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteObjectTypePayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DeleteObjectTypePayload'] = ResolversParentTypes['DeleteObjectTypePayload']> = {
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RegisterObjectsPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RegisterObjectsPayload'] = ResolversParentTypes['RegisterObjectsPayload']> = {
  objects?: Resolver<ReadonlyArray<ResolversTypes['RegisteredObject']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UnregisterObjectsPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UnregisterObjectsPayload'] = ResolversParentTypes['UnregisterObjectsPayload']> = {
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EntityResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Entity'] = ResolversParentTypes['Entity']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  urn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntityKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  qualifiedName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  owners?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  depot?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['Entity']>, ParentType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  datasetType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  dataType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nullable?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  defaultValue?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  position?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  generated?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  columns?: Resolver<ReadonlyArray<ResolversTypes['Entity']>, ParentType, ContextType>;
  children?: Resolver<ResolversTypes['EntityConnection'], ParentType, ContextType, RequireFields<EntityChildrenArgs, 'first'>>;
  primaryKey?: Resolver<Maybe<ResolversTypes['Key']>, ParentType, ContextType>;
  foreignKeys?: Resolver<ReadonlyArray<ResolversTypes['ForeignKey']>, ParentType, ContextType>;
  uniqueKeys?: Resolver<ReadonlyArray<ResolversTypes['Key']>, ParentType, ContextType>;
  indexes?: Resolver<ReadonlyArray<ResolversTypes['Index']>, ParentType, ContextType>;
  definition?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rowCount?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sizeBytes?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  partitionOf?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  partitionKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  provenance?: Resolver<ReadonlyArray<ResolversTypes['AspectProvenance']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Seq'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type KeyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Key'] = ResolversParentTypes['Key']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  columns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ForeignKeyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ForeignKey'] = ResolversParentTypes['ForeignKey']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  columns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  references?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  referencedColumns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type IndexResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Index'] = ResolversParentTypes['Index']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  columns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  unique?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  method?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AspectProvenanceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AspectProvenance'] = ResolversParentTypes['AspectProvenance']> = {
  aspect?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  origin?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
};

export type EntityEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EntityEdge'] = ResolversParentTypes['EntityEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Entity'], ParentType, ContextType>;
};

export type EntityConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EntityConnection'] = ResolversParentTypes['EntityConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['EntityEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApproveScanPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApproveScanPayload'] = ResolversParentTypes['ApproveScanPayload']> = {
  removed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  seq?: Resolver<Maybe<ResolversTypes['Seq']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EntityPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EntityPayload'] = ResolversParentTypes['EntityPayload']> = {
  entity?: Resolver<Maybe<ResolversTypes['Entity']>, ParentType, ContextType>;
  seq?: Resolver<Maybe<ResolversTypes['Seq']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SearchHitResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SearchHit'] = ResolversParentTypes['SearchHit']> = {
  urn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  highlights?: Resolver<ReadonlyArray<ResolversTypes['Highlight']>, ParentType, ContextType>;
  matchedColumns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  entity?: Resolver<ResolversTypes['Entity'], ParentType, ContextType>;
};

export type HighlightResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Highlight'] = ResolversParentTypes['Highlight']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SearchEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SearchEdge'] = ResolversParentTypes['SearchEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['SearchHit'], ParentType, ContextType>;
};

export type FacetResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Facet'] = ResolversParentTypes['Facet']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['Count']>, ParentType, ContextType>;
};

export type SearchConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SearchConnection'] = ResolversParentTypes['SearchConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SearchEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  facets?: Resolver<ReadonlyArray<ResolversTypes['Facet']>, ParentType, ContextType>;
  didYouMean?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  staleBy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SuggestionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Suggestion'] = ResolversParentTypes['Suggestion']> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  urn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntityKind'], ParentType, ContextType>;
};

export type LineageNodeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LineageNode'] = ResolversParentTypes['LineageNode']> = {
  urn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntityKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hops?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stub?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type LineageEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LineageEdge'] = ResolversParentTypes['LineageEdge']> = {
  from?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subtype?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expression?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  masking?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  confidence?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  evidence?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LineageCompletenessResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LineageCompleteness'] = ResolversParentTypes['LineageCompleteness']> = {
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  frontier?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type LineageResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LineageResult'] = ResolversParentTypes['LineageResult']> = {
  root?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['LineageNode']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['LineageEdge']>, ParentType, ContextType>;
  completeness?: Resolver<ResolversTypes['LineageCompleteness'], ParentType, ContextType>;
  staleBy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImpactResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Impact'] = ResolversParentTypes['Impact']> = {
  root?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stubs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kinds?: Resolver<ReadonlyArray<ResolversTypes['Count']>, ParentType, ContextType>;
  owners?: Resolver<ReadonlyArray<ResolversTypes['Count']>, ParentType, ContextType>;
  depots?: Resolver<ReadonlyArray<ResolversTypes['Count']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  staleBy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DecisionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Decision'] = ResolversParentTypes['Decision']> = {
  effect?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  allowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  denyReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
  masks?: Resolver<ReadonlyArray<ResolversTypes['ColumnMask']>, ParentType, ContextType>;
  rowFilter?: Resolver<Maybe<ResolversTypes['RowFilter']>, ParentType, ContextType>;
  problems?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  decisionId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  whyNot?: Resolver<Maybe<ResolversTypes['WhyNot']>, ParentType, ContextType>;
};

export type WhyNotResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WhyNot'] = ResolversParentTypes['WhyNot']> = {
  because?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  summary?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  nearest?: Resolver<ReadonlyArray<ResolversTypes['NearRule']>, ParentType, ContextType>;
  hidden?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type NearRuleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['NearRule'] = ResolversParentTypes['NearRule']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  misfits?: Resolver<ReadonlyArray<ResolversTypes['Misfit']>, ParentType, ContextType>;
  fix?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type MisfitResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Misfit'] = ResolversParentTypes['Misfit']> = {
  part?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  problem?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  condition?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expected?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actual?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AllowedSubjectResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedSubject'] = ResolversParentTypes['AllowedSubject']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
};

export type AllowedSubjectEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedSubjectEdge'] = ResolversParentTypes['AllowedSubjectEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AllowedSubject'], ParentType, ContextType>;
};

export type AllowedSubjectConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedSubjectConnection'] = ResolversParentTypes['AllowedSubjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AllowedSubjectEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  stoppedEarly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AllowedObjectResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedObject'] = ResolversParentTypes['AllowedObject']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
};

export type AllowedObjectEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedObjectEdge'] = ResolversParentTypes['AllowedObjectEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AllowedObject'], ParentType, ContextType>;
};

export type AllowedObjectConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedObjectConnection'] = ResolversParentTypes['AllowedObjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AllowedObjectEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  stoppedEarly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AllowedActionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedAction'] = ResolversParentTypes['AllowedAction']> = {
  predicate?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
};

export type AllowedActionEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedActionEdge'] = ResolversParentTypes['AllowedActionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AllowedAction'], ParentType, ContextType>;
};

export type AllowedActionConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AllowedActionConnection'] = ResolversParentTypes['AllowedActionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AllowedActionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  patterns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WhatCanResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WhatCan'] = ResolversParentTypes['WhatCan']> = {
  classes?: Resolver<ReadonlyArray<ResolversTypes['ActionSummary']>, ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ActionSummaryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ActionSummary'] = ResolversParentTypes['ActionSummary']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  predicate?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  allowed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  examined?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  more?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
};

export type DataPolicyDecisionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DataPolicyDecision'] = ResolversParentTypes['DataPolicyDecision']> = {
  dataset?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  known?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  columns?: Resolver<ReadonlyArray<ResolversTypes['ColumnMaskDecision']>, ParentType, ContextType>;
  rowFilter?: Resolver<Maybe<ResolversTypes['RowFilter']>, ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ColumnMaskDecisionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ColumnMaskDecision'] = ResolversParentTypes['ColumnMaskDecision']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  dataType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  mask?: Resolver<Maybe<ResolversTypes['MaskChoice']>, ParentType, ContextType>;
  example?: Resolver<Maybe<ResolversTypes['MaskExample']>, ParentType, ContextType>;
  losers?: Resolver<ReadonlyArray<ResolversTypes['LosingMask']>, ParentType, ContextType>;
};

export type MaskChoiceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MaskChoice'] = ResolversParentTypes['MaskChoice']> = {
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  options?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  priority?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type LosingMaskResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LosingMask'] = ResolversParentTypes['LosingMask']> = {
  mask?: Resolver<ResolversTypes['MaskChoice'], ParentType, ContextType>;
  why?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MaskExampleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MaskExample'] = ResolversParentTypes['MaskExample']> = {
  value?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  masked?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type DecidingRuleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DecidingRule'] = ResolversParentTypes['DecidingRule']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ColumnMaskResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ColumnMask'] = ResolversParentTypes['ColumnMask']> = {
  column?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  options?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RowFilterResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RowFilter'] = ResolversParentTypes['RowFilter']> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  all?: Resolver<ReadonlyArray<ResolversTypes['RowFilterClause']>, ParentType, ContextType>;
  any?: Resolver<ReadonlyArray<ResolversTypes['RowFilterClause']>, ParentType, ContextType>;
};

export type RowFilterClauseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RowFilterClause'] = ResolversParentTypes['RowFilterClause']> = {
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  comparisons?: Resolver<ReadonlyArray<ResolversTypes['RowComparison']>, ParentType, ContextType>;
};

export type RowComparisonResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RowComparison'] = ResolversParentTypes['RowComparison']> = {
  column?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operator?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type PolicyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Policy'] = ResolversParentTypes['Policy']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  file?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  builtIn?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['PolicyRule']>, ParentType, ContextType>;
};

export type PolicyRuleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyRule'] = ResolversParentTypes['PolicyRule']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyVersionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersion'] = ResolversParentTypes['PolicyVersion']> = {
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['PolicyChange']>, ParentType, ContextType>;
};

export type PolicyChangeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyChange'] = ResolversParentTypes['PolicyChange']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PolicyVersionEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersionEdge'] = ResolversParentTypes['PolicyVersionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PolicyVersion'], ParentType, ContextType>;
};

export type PolicyVersionConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersionConnection'] = ResolversParentTypes['PolicyVersionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PolicyVersionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RollbackPoliciesPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RollbackPoliciesPayload'] = ResolversParentTypes['RollbackPoliciesPayload']> = {
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  resources?: Resolver<ReadonlyArray<ResolversTypes['AppliedResource']>, ParentType, ContextType>;
  policyVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  impact?: Resolver<Maybe<ResolversTypes['PolicyImpact']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type PolicyImpactResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyImpact'] = ResolversParentTypes['PolicyImpact']> = {
  beforeVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  afterVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rulesAdded?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  rulesRemoved?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  changed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['DecisionChangeGroup']>, ParentType, ContextType>;
  compared?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cut?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DecisionChangeGroupResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DecisionChangeGroup'] = ResolversParentTypes['DecisionChangeGroup']> = {
  before?: Resolver<ResolversTypes['DecisionSide'], ParentType, ContextType>;
  after?: Resolver<ResolversTypes['DecisionSide'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  predicates?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  subjects?: Resolver<ResolversTypes['DecisionClass'], ParentType, ContextType>;
  objects?: Resolver<ResolversTypes['DecisionClass'], ParentType, ContextType>;
  examples?: Resolver<ReadonlyArray<ResolversTypes['DecisionExample']>, ParentType, ContextType>;
};

export type DecisionSideResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DecisionSide'] = ResolversParentTypes['DecisionSide']> = {
  effect?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  denyReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  because?: Resolver<ReadonlyArray<ResolversTypes['DecidingRule']>, ParentType, ContextType>;
  obligations?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DecisionClassResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DecisionClass'] = ResolversParentTypes['DecisionClass']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  common?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  sample?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DecisionExampleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DecisionExample'] = ResolversParentTypes['DecisionExample']> = {
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  predicate?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  object?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyReplayResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyReplay'] = ResolversParentTypes['PolicyReplay']> = {
  candidateVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  read?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  changed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['DecisionChangeGroup']>, ParentType, ContextType>;
  skipped?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unreplayable?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unreplayableBecause?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  drifted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cut?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PolicyShadowResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyShadow'] = ResolversParentTypes['PolicyShadow']> = {
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  documents?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  processes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  compared?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  disagreed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['DecisionChangeGroup']>, ParentType, ContextType>;
};

export type PolicyShadowPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyShadowPayload'] = ResolversParentTypes['PolicyShadowPayload']> = {
  shadow?: Resolver<Maybe<ResolversTypes['PolicyShadow']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type PolicyEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyEdge'] = ResolversParentTypes['PolicyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Policy'], ParentType, ContextType>;
};

export type PolicyConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyConnection'] = ResolversParentTypes['PolicyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PolicyEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type GrantRequestResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['GrantRequest'] = ResolversParentTypes['GrantRequest']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  useCase?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subjects?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  values?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  requester?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  creator?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  notes?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  until?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  duration?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  singleUse?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  decidedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  decidedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  decisionNotes?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  usedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type GrantRequestEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['GrantRequestEdge'] = ResolversParentTypes['GrantRequestEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['GrantRequest'], ParentType, ContextType>;
};

export type GrantRequestConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['GrantRequestConnection'] = ResolversParentTypes['GrantRequestConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GrantRequestEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type GrantRequestPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['GrantRequestPayload'] = ResolversParentTypes['GrantRequestPayload']> = {
  grantRequest?: Resolver<Maybe<ResolversTypes['GrantRequest']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ResourceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Resource'] = ResolversParentTypes['Resource']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  urn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workspace?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  owner?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  layer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  manifest?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  manifestYaml?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  observedGeneration?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  resourceVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  phase?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  runtime?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  conditions?: Resolver<ReadonlyArray<ResolversTypes['Condition']>, ParentType, ContextType>;
  events?: Resolver<ReadonlyArray<ResolversTypes['ResourceEvent']>, ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['ResourceVersion']>, ParentType, ContextType>;
  diff?: Resolver<ResolversTypes['String'], ParentType, ContextType, Partial<ResourceDiffArgs>>;
  dependencies?: Resolver<ReadonlyArray<ResolversTypes['ResourceLink']>, ParentType, ContextType>;
  dependents?: Resolver<ReadonlyArray<ResolversTypes['ResourceLink']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ResourceLinkResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ResourceLink'] = ResolversParentTypes['ResourceLink']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workspace?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ConditionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Condition'] = ResolversParentTypes['Condition']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lastTransitionTime?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ResourceEventResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ResourceEvent'] = ResolversParentTypes['ResourceEvent']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ResourceVersionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ResourceVersion'] = ResolversParentTypes['ResourceVersion']> = {
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  manifestYaml?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ResourceEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ResourceEdge'] = ResolversParentTypes['ResourceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Resource'], ParentType, ContextType>;
};

export type ResourceConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ResourceConnection'] = ResolversParentTypes['ResourceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ResourceEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RollbackResourcePayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RollbackResourcePayload'] = ResolversParentTypes['RollbackResourcePayload']> = {
  resource?: Resolver<Maybe<ResolversTypes['AppliedResource']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AppliedResourceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AppliedResource'] = ResolversParentTypes['AppliedResource']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workspace?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  diff?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type ApplyResourcesPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApplyResourcesPayload'] = ResolversParentTypes['ApplyResourcesPayload']> = {
  resources?: Resolver<ReadonlyArray<ResolversTypes['AppliedResource']>, ParentType, ContextType>;
  impact?: Resolver<Maybe<ResolversTypes['PolicyImpact']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteResourcePayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DeleteResourcePayload'] = ResolversParentTypes['DeleteResourcePayload']> = {
  deleted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type WorkspaceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Workspace'] = ResolversParentTypes['Workspace']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type WorkspacePayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WorkspacePayload'] = ResolversParentTypes['WorkspacePayload']> = {
  workspace?: Resolver<Maybe<ResolversTypes['Workspace']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type IncidentResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Incident'] = ResolversParentTypes['Incident']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  monitor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workspace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  severity?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  document?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  openedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  resolvedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  resolution?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  acknowledgedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  acknowledgedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  notes?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type IncidentEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['IncidentEdge'] = ResolversParentTypes['IncidentEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Incident'], ParentType, ContextType>;
};

export type IncidentConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['IncidentConnection'] = ResolversParentTypes['IncidentConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['IncidentEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type IncidentPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['IncidentPayload'] = ResolversParentTypes['IncidentPayload']> = {
  incident?: Resolver<Maybe<ResolversTypes['Incident']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeliveryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Delivery'] = ResolversParentTypes['Delivery']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  incident?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  output?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  event?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tries?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  nextAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  deliveredAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeliveryEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DeliveryEdge'] = ResolversParentTypes['DeliveryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Delivery'], ParentType, ContextType>;
};

export type DeliveryConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DeliveryConnection'] = ResolversParentTypes['DeliveryConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['DeliveryEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RunResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Run'] = ResolversParentTypes['Run']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  workflow?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workspace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  trigger?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  attempt?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  requestedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rerunOf?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  jobs?: Resolver<ReadonlyArray<ResolversTypes['RunJob']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RunJobResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunJob'] = ResolversParentTypes['RunJob']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  stack?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tries?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  result?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type RunEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunEdge'] = ResolversParentTypes['RunEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Run'], ParentType, ContextType>;
};

export type RunConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunConnection'] = ResolversParentTypes['RunConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RunEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RunPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunPayload'] = ResolversParentTypes['RunPayload']> = {
  run?: Resolver<Maybe<ResolversTypes['Run']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type LogLineResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LogLine'] = ResolversParentTypes['LogLine']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  level?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  run?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  job?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LogEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LogEdge'] = ResolversParentTypes['LogEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['LogLine'], ParentType, ContextType>;
};

export type LogConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LogConnection'] = ResolversParentTypes['LogConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['LogEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  chain?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  object?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  decisionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policyVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ip?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  details?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  prevHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditChainHeadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditChainHead'] = ResolversParentTypes['AuditChainHead']> = {
  chain?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditVerificationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditVerification'] = ResolversParentTypes['AuditVerification']> = {
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  records?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  chains?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  checkpoints?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  heads?: Resolver<ReadonlyArray<ResolversTypes['AuditChainHead']>, ParentType, ContextType>;
};

export type RebuildPayloadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RebuildPayload'] = ResolversParentTypes['RebuildPayload']> = {
  search?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphqlContext> = {
  DateTime?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  Seq?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Count?: CountResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Warning?: WarningResolvers<ContextType>;
  Me?: MeResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyPayload?: ApiKeyPayloadResolvers<ContextType>;
  UserPayload?: UserPayloadResolvers<ContextType>;
  ObjectType?: ObjectTypeResolvers<ContextType>;
  ObjectTypeEdge?: ObjectTypeEdgeResolvers<ContextType>;
  ObjectTypeConnection?: ObjectTypeConnectionResolvers<ContextType>;
  RegisteredObject?: RegisteredObjectResolvers<ContextType>;
  RegisteredObjectEdge?: RegisteredObjectEdgeResolvers<ContextType>;
  RegisteredObjectConnection?: RegisteredObjectConnectionResolvers<ContextType>;
  ObjectTypePayload?: ObjectTypePayloadResolvers<ContextType>;
  DeleteObjectTypePayload?: DeleteObjectTypePayloadResolvers<ContextType>;
  RegisterObjectsPayload?: RegisterObjectsPayloadResolvers<ContextType>;
  UnregisterObjectsPayload?: UnregisterObjectsPayloadResolvers<ContextType>;
  Entity?: EntityResolvers<ContextType>;
  Key?: KeyResolvers<ContextType>;
  ForeignKey?: ForeignKeyResolvers<ContextType>;
  Index?: IndexResolvers<ContextType>;
  AspectProvenance?: AspectProvenanceResolvers<ContextType>;
  EntityEdge?: EntityEdgeResolvers<ContextType>;
  EntityConnection?: EntityConnectionResolvers<ContextType>;
  ApproveScanPayload?: ApproveScanPayloadResolvers<ContextType>;
  EntityPayload?: EntityPayloadResolvers<ContextType>;
  SearchHit?: SearchHitResolvers<ContextType>;
  Highlight?: HighlightResolvers<ContextType>;
  SearchEdge?: SearchEdgeResolvers<ContextType>;
  Facet?: FacetResolvers<ContextType>;
  SearchConnection?: SearchConnectionResolvers<ContextType>;
  Suggestion?: SuggestionResolvers<ContextType>;
  LineageNode?: LineageNodeResolvers<ContextType>;
  LineageEdge?: LineageEdgeResolvers<ContextType>;
  LineageCompleteness?: LineageCompletenessResolvers<ContextType>;
  LineageResult?: LineageResultResolvers<ContextType>;
  Impact?: ImpactResolvers<ContextType>;
  Decision?: DecisionResolvers<ContextType>;
  WhyNot?: WhyNotResolvers<ContextType>;
  NearRule?: NearRuleResolvers<ContextType>;
  Misfit?: MisfitResolvers<ContextType>;
  AllowedSubject?: AllowedSubjectResolvers<ContextType>;
  AllowedSubjectEdge?: AllowedSubjectEdgeResolvers<ContextType>;
  AllowedSubjectConnection?: AllowedSubjectConnectionResolvers<ContextType>;
  AllowedObject?: AllowedObjectResolvers<ContextType>;
  AllowedObjectEdge?: AllowedObjectEdgeResolvers<ContextType>;
  AllowedObjectConnection?: AllowedObjectConnectionResolvers<ContextType>;
  AllowedAction?: AllowedActionResolvers<ContextType>;
  AllowedActionEdge?: AllowedActionEdgeResolvers<ContextType>;
  AllowedActionConnection?: AllowedActionConnectionResolvers<ContextType>;
  WhatCan?: WhatCanResolvers<ContextType>;
  ActionSummary?: ActionSummaryResolvers<ContextType>;
  DataPolicyDecision?: DataPolicyDecisionResolvers<ContextType>;
  ColumnMaskDecision?: ColumnMaskDecisionResolvers<ContextType>;
  MaskChoice?: MaskChoiceResolvers<ContextType>;
  LosingMask?: LosingMaskResolvers<ContextType>;
  MaskExample?: MaskExampleResolvers<ContextType>;
  DecidingRule?: DecidingRuleResolvers<ContextType>;
  ColumnMask?: ColumnMaskResolvers<ContextType>;
  RowFilter?: RowFilterResolvers<ContextType>;
  RowFilterClause?: RowFilterClauseResolvers<ContextType>;
  RowComparison?: RowComparisonResolvers<ContextType>;
  Policy?: PolicyResolvers<ContextType>;
  PolicyRule?: PolicyRuleResolvers<ContextType>;
  PolicyVersion?: PolicyVersionResolvers<ContextType>;
  PolicyChange?: PolicyChangeResolvers<ContextType>;
  PolicyVersionEdge?: PolicyVersionEdgeResolvers<ContextType>;
  PolicyVersionConnection?: PolicyVersionConnectionResolvers<ContextType>;
  RollbackPoliciesPayload?: RollbackPoliciesPayloadResolvers<ContextType>;
  PolicyImpact?: PolicyImpactResolvers<ContextType>;
  DecisionChangeGroup?: DecisionChangeGroupResolvers<ContextType>;
  DecisionSide?: DecisionSideResolvers<ContextType>;
  DecisionClass?: DecisionClassResolvers<ContextType>;
  DecisionExample?: DecisionExampleResolvers<ContextType>;
  PolicyReplay?: PolicyReplayResolvers<ContextType>;
  PolicyShadow?: PolicyShadowResolvers<ContextType>;
  PolicyShadowPayload?: PolicyShadowPayloadResolvers<ContextType>;
  PolicyEdge?: PolicyEdgeResolvers<ContextType>;
  PolicyConnection?: PolicyConnectionResolvers<ContextType>;
  GrantRequest?: GrantRequestResolvers<ContextType>;
  GrantRequestEdge?: GrantRequestEdgeResolvers<ContextType>;
  GrantRequestConnection?: GrantRequestConnectionResolvers<ContextType>;
  GrantRequestPayload?: GrantRequestPayloadResolvers<ContextType>;
  Resource?: ResourceResolvers<ContextType>;
  ResourceLink?: ResourceLinkResolvers<ContextType>;
  Condition?: ConditionResolvers<ContextType>;
  ResourceEvent?: ResourceEventResolvers<ContextType>;
  ResourceVersion?: ResourceVersionResolvers<ContextType>;
  ResourceEdge?: ResourceEdgeResolvers<ContextType>;
  ResourceConnection?: ResourceConnectionResolvers<ContextType>;
  RollbackResourcePayload?: RollbackResourcePayloadResolvers<ContextType>;
  AppliedResource?: AppliedResourceResolvers<ContextType>;
  ApplyResourcesPayload?: ApplyResourcesPayloadResolvers<ContextType>;
  DeleteResourcePayload?: DeleteResourcePayloadResolvers<ContextType>;
  Workspace?: WorkspaceResolvers<ContextType>;
  WorkspacePayload?: WorkspacePayloadResolvers<ContextType>;
  Incident?: IncidentResolvers<ContextType>;
  IncidentEdge?: IncidentEdgeResolvers<ContextType>;
  IncidentConnection?: IncidentConnectionResolvers<ContextType>;
  IncidentPayload?: IncidentPayloadResolvers<ContextType>;
  Delivery?: DeliveryResolvers<ContextType>;
  DeliveryEdge?: DeliveryEdgeResolvers<ContextType>;
  DeliveryConnection?: DeliveryConnectionResolvers<ContextType>;
  Run?: RunResolvers<ContextType>;
  RunJob?: RunJobResolvers<ContextType>;
  RunEdge?: RunEdgeResolvers<ContextType>;
  RunConnection?: RunConnectionResolvers<ContextType>;
  RunPayload?: RunPayloadResolvers<ContextType>;
  LogLine?: LogLineResolvers<ContextType>;
  LogEdge?: LogEdgeResolvers<ContextType>;
  LogConnection?: LogConnectionResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  AuditChainHead?: AuditChainHeadResolvers<ContextType>;
  AuditVerification?: AuditVerificationResolvers<ContextType>;
  RebuildPayload?: RebuildPayloadResolvers<ContextType>;
};

