import { expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

function read(section: string): string[] {
  const text = `name: x\nversion: v1\ntype: depot\ndepot: ${section}\n`;
  const options = { variables: new Map(), workspace: "public", disableInterpolation: true, nowMs: 0 };
  return parseManifests([{ file: "f.yaml", text }], options).problems.map(formatProblem);
}
const depot = (source: string): string =>
  `{type: POSTGRESQL, external: true, spec: {host: h}, source: ${JSON.stringify(source)}}`;

it("refuses a URL with a password in it, without repeating it", () => {
  const refusal = [
    "f.yaml:4:68: `depot.source` is a URL with a password in it, which everybody who may read the depot would see; put the password into a secret and leave it out here",
  ];
  for (const source of [
    "postgres://u:pw@h/db",
    "see mongodb+srv://:p%40w@h and others",
    "jdbc:postgresql://h/db?user=u&password=pw",
    "jdbc:sqlserver://h;databaseName=d;accessToken=pw",
    "https://h/?api_key=pw",
  ]) {
    expect(read(depot(source)), source).toEqual(refusal);
  }
});

it("takes URLs without one", () => {
  for (const source of [
    "postgres://u@h/db",
    "jdbc:postgresql://h:5432/db?ssl=true",
    "https://h/a:b@c",
    "u:p@h",
    "password=x",
  ]) {
    expect(read(depot(source)), source).toEqual([]);
  }
});

it("looks at long texts once", () => {
  const started = performance.now();
  for (const piece of ["a", "://", "x://", "?password", "a:"])
    read(depot(`x://${piece.repeat(900_000 / piece.length)}`));
  expect(performance.now() - started).toBeLessThan(3_000);
});
