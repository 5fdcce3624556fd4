import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import { mergeDocuments } from "../../src/heimdall/policy/safety/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

const folder = fileURLToPath(new URL("../../../shared/data/manifests/", import.meta.url));
const builtIn = await loadBuiltInPolicies(fileURLToPath(new URL("../../policies", import.meta.url)));

describe.skipIf(!existsSync(folder))("collected policies, grants and use-cases (../shared/data/manifests)", () => {
  it("are accepted, or refused for a fault that can be named", () => {
    const files = readdirSync(folder).filter((name) => /^(policy_|gov-)/.test(name));
    const read = files.map((file) => ({ file, ...parsePolicyYaml(readFileSync(`${folder}${file}`, "utf8"), file) }));
    // use-cases may be spread over files, and some files hold the same one
    const shared = read
      .flatMap(({ documents }) => documents)
      .filter(({ kind }) => kind === "provider" || kind === "use-case");
    const beside = mergeDocuments(builtIn, [
      ...new Map(shared.map((one) => [`${one.kind} ${one.name}`, one])).values(),
    ]);
    const refused = read.flatMap(({ file, documents, problems }) => {
      const own = compilePolicies(mergeDocuments(beside, documents)).problems.filter(({ at }) => at?.file === file);
      // the first fault of a file says why it is refused; the lists of what is allowed grow
      return [...problems, ...own].slice(0, 1).map((problem) => formatProblem(problem).replace(/ \(allowed: .*/, ""));
    });
    expect(files.length).toBeGreaterThan(20);
    expect(refused).toMatchInlineSnapshot(`
      [
        "gov-grant_unnamed_0b01a2.yaml:4:1: the document has no \`name\` (or \`id\`, for providers and use-cases)",
        "gov-grant_unnamed_8ba3f4.yaml:4:1: the document has no \`name\` (or \`id\`, for providers and use-cases)",
        "gov-usecase_manage-lens_555282.yaml:11:5: unknown atom \`create-in-user-layer-workspace\`",
        "gov-usecase_read-dataos-workspace_6abeb5.yaml:14:3: \`values.0.variable_values\` is missing; expected a list",
        "gov-usecase_streamlit-user-access-multiplication_d2f2e2.yaml:11:3: unknown atom \`streamlit-view-multiplication\`",
        "gov-usecase_streamlit-user-accesses_20abc4.yaml:11:3: unknown atom \`access-streamlit-ui\`",
      ]
    `);
  });
});
