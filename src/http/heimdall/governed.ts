import { describeResource } from "../../control/index.ts";
import type { Resource, ResourceType } from "../../control/ports.ts";
import type { GraphqlServices } from "../../graphql/index.ts";
import type { LivePolicies } from "../../heimdall/authorization/index.ts";
import type { CallContext, PolicyDocument } from "../../heimdall/ports.ts";
import { ConflictError } from "../../shared/errors.ts";
import { matchesFilter } from "../../shared/object-filter.ts";
import { inTermsOfBody } from "./body-faults.ts";

/** What answers now, by its documents; those that come with the server are `builtIn`. */
export type PolicyDocuments = Pick<LivePolicies, "builtIn" | "documents" | "current">;

type BuiltInKind = "policy" | "provider" | "use-case";

/** One resource, or what comes with the server in its place. */
export interface Governed {
  readonly name: string;
  readonly description: string | undefined;
  /** `undefined`: the server's own */
  readonly owner: string | undefined;
  /** the section named after the type */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly isBuiltIn: boolean;
}

/** A manifest on its way to `Control`, as JSON. */
export interface Manifest {
  readonly name: string;
  readonly type: ResourceType;
  readonly [key: string]: unknown;
}

/**
 * What the vendor's routes of policies, grants and their vocabulary are made of. These are resources, so each change goes through
 * `Control`, which decides, checks what is handed out, keeps versions and records; each reading is decided as reading resources.
 */
export interface GovernedResources {
  /** Creates or changes it. @throws as `Control.apply`, with faults by the fields of the body */
  apply(call: CallContext, manifest: Manifest): Promise<void>;
  /** All that the caller may see, by name. */
  list(call: CallContext, type: ResourceType): Promise<readonly Resource[]>;
  /** @throws {NotFoundError} absent or not visible */
  get(call: CallContext, type: ResourceType, name: string): Promise<Resource>;
  /** @throws as `Control.delete` */
  remove(call: CallContext, resource: Resource): Promise<void>;
  /** Like `list`, after those that come with the server. */
  listAll(call: CallContext, kind: BuiltInKind): Promise<readonly Governed[]>;
  /** @throws {ConflictError} it comes with the server, so it cannot be changed */
  refuseBuiltIn(kind: BuiltInKind, name: string): void;
}

const listSize = 100;

/** Builds it; `documents` are asked with each call. */
export function createGovernedResources(
  { authorizer, control }: Pick<GraphqlServices, "authorizer" | "control">,
  documents: PolicyDocuments,
): GovernedResources {
  const governed: GovernedResources = {
    async apply(call, manifest) {
      const file = `rest/${manifest.type}/${manifest.name}`;
      // one value on a line, so that each place is one field
      const text = JSON.stringify(manifest, undefined, 1);
      try {
        await control.apply(call, {
          documents: [{ file, text }],
          variables: new Map(),
          disableInterpolation: true,
          workspace: "public",
          dryRun: false,
        });
      } catch (error) {
        throw inTermsOfBody(error, text, manifest.type);
      }
    },

    async list(call, type) {
      const auth = await authorizer.authorizeList(call, "resource.read");
      const found: Resource[] = [];
      for (let after: string | undefined; ; ) {
        const { items, hasNextPage } = await control.list(auth, { type }, { first: listSize, after });
        found.push(...items.map(({ node }) => node));
        if (!hasNextPage) return found;
        after = items.at(-1)?.cursor;
      }
    },

    get: async (call, type, name) =>
      control.get(await authorizer.authorizeList(call, "resource.read"), { type, name, workspace: undefined }),

    async remove(call, resource) {
      const auth = await authorizer.authorize(call, "resource.delete", describeResource(resource));
      await control.delete(auth, resource.ref, { force: false });
    },

    async listAll(call, kind) {
      const auth = await authorizer.authorizeList(call, "resource.read");
      const builtIn = documents.builtIn
        .filter((document) => document.kind === kind && matchesFilter(auth.filter, describeBuiltIn(document)))
        .map(({ name, spec }): Governed => {
          const section = spec as Readonly<Record<string, unknown>>;
          return { name, description: undefined, owner: undefined, spec: section, isBuiltIn: true };
        });
      const applied = (await governed.list(call, kind)).map(toGoverned);
      return [...builtIn.sort((a, b) => (a.name < b.name ? -1 : 1)), ...applied];
    },

    refuseBuiltIn(kind, name) {
      if (documents.builtIn.some((document) => document.kind === kind && document.name === name)) {
        throw new ConflictError(
          `${kind} \`${name}\` comes with the server and cannot be changed; make one of another name`,
        );
      }
    },
  };
  return governed;
}

/** A resource as it is shown beside built-in ones. */
export function toGoverned({ ref, description, owner, manifest }: Resource): Governed {
  const spec = manifest[ref.type] as Readonly<Record<string, unknown>>;
  return { name: ref.name, description, owner, spec, isBuiltIn: false };
}

/** What decides on who sees it: the same as if it were a resource of layer `system`. */
function describeBuiltIn({ kind, name }: PolicyDocument) {
  const ref = { type: kind, name, workspace: undefined };
  return describeResource({ ref, owner: "", layer: "system", version: "v1", tags: [] });
}
