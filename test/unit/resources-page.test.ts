import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toManifestYaml } from "../../src/cli/output/manifest-document.ts";
import { parseManifests, toJsonSchema, versionsOf } from "../../src/control/manifest/index.ts";
import { type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "../../src/control/ports.ts";
import type { Resource as GraphqlResource } from "../../src/graphql/generated/schema-types.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

/** The section of each type: its line of facts and its example. */
const page = readFileSync(join(import.meta.dirname, "../../docs/resources.md"), "utf8");
const sections = page.split(/^## /m).flatMap((text) => {
  const [, type = "", facts = ""] = /^(\S+)\n\n(`v.*)\n/.exec(text) ?? [];
  if (!(resourceTypes as readonly string[]).includes(type)) return [];
  const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  return [{ type: type as ResourceType, facts, example }];
});

describe("docs/resources.md", () => {
  let state: StateDb;
  let test: TestControl;

  beforeAll(async () => {
    const [sqlite] = stateEngines();
    if (!sqlite) throw new Error("there is no engine");
    state = await (await sqlite.create()).open();
    test = await createTestControl(state);
    await test.control.start();
    await test.apply("root", sections.map(({ example }) => example).join("---\n"));
    await test.control.whenIdle();
  });
  afterAll(async () => {
    await test?.control.stop();
    await state?.close();
  });

  it("has a section for every type", () => {
    expect(sections.map(({ type }) => type).sort()).toEqual([...resourceTypes].sort());
  });

  it.each(sections)("says of $type which versions and level it has", ({ type, facts }) => {
    const versions = versionsOf(type).map((version) => `\`${version}\``);
    expect(facts).toBe(
      `${versions.join(", ")} · ${workspaceTypes.has(type) ? "workspace" : "instance"} · Applied, it is ${/`[^`]*`$/.exec(facts)?.[0]}`,
    );
  });

  it.each(sections)("shows a $type without fault or warning", ({ example }) => {
    const { manifests, problems, warnings } = parseManifests([{ file: "page", text: example }], {
      variables: new Map(),
      disableInterpolation: false,
      workspace: "public",
      nowMs: Date.UTC(2026, 0, 31),
    });
    expect(manifests).toHaveLength(1);
    expect([...problems, ...warnings].map(formatProblem)).toEqual([]);
  });

  it.each(sections)("says how $type stands when it is applied", async ({ type, facts, example }) => {
    const { name, workspace } = refOf(type, example);
    const { phase, conditions } = await test.get(type, name, workspace);
    const ready = conditions.find((condition) => condition.type === "Ready");
    expect(`\`${phase}: ${ready?.reason}\``, ready?.message).toBe(/`[^`]*`$/.exec(facts)?.[0]);
  });

  it("shows resources whose YAML applies again without a change", async () => {
    const printed: string[] = [];
    for (const { type, example } of sections) {
      const { name, workspace } = refOf(type, example);
      const resource = await test.get(type, name, workspace);
      printed.push(toManifestYaml({ ...resource, type, name, workspace } as unknown as GraphqlResource));
    }
    const applied = await test.apply("root", printed.join("\n---\n"));
    expect(applied.filter(({ outcome }) => outcome !== "unchanged").map(({ ref, diff }) => ({ ref, diff }))).toEqual(
      [],
    );
  });

  it("shows resources that are updated, keep their versions, and are deleted again", async () => {
    const described = sections.map(({ example }) =>
      example.replace(/^description: .*\n/m, "").replace(/^version: /m, "description: changed\nversion: "),
    );
    await test.apply("root", described.join("---\n"));
    await test.control.whenIdle();
    const reading = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const deleting = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    for (const { type, example } of sections.toReversed()) {
      const ref = refOf(type, example);
      expect((await test.control.versions(reading, ref)).map(({ manifest }) => manifest.description)[0], type).toBe(
        "changed",
      );
      await test.control.delete(deleting, ref, { force: true });
      await test.control.whenIdle();
      await expect(test.control.get(reading, ref), type).rejects.toThrow();
    }
  });
});

function refOf(type: ResourceType, example: string): ResourceRef {
  const name = /^name: (.*)$/m.exec(example)?.[1] ?? "";
  return { type, name, workspace: workspaceTypes.has(type) ? "public" : undefined };
}

describe("the published grammar", () => {
  const all = resourceTypes.flatMap((type) => versionsOf(type).map((version) => ({ type, version })));

  it.each(all)("of $type $version says what each key is for, and takes no other", ({ type, version }) => {
    const schema = toJsonSchema(type, version);
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      required: expect.arrayContaining(["name", "version", "type", type]),
      additionalProperties: false,
    });
    expect(findUndescribed(schema, "")).toEqual([]);
  });
});

/** Keys of a JSON Schema without a description, as dotted paths. */
function findUndescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties, ...rest } = schema as {
    readonly properties?: Readonly<Record<string, { description?: string }>>;
  };
  const own = Object.entries(properties ?? {}).flatMap(([key, value]) => [
    ...(value.description ? [] : [`${path}.${key}`]),
    ...findUndescribed(value, `${path}.${key}`),
  ]);
  return [...own, ...Object.values(rest).flatMap((value) => findUndescribed(value, path))];
}
