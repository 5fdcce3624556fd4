import { describe, expect, it } from "vitest";
import { createLogger } from "../../src/drivers/pino/index.ts";
import { Secret } from "../../src/shared/secret.ts";

function record(level: Parameters<typeof createLogger>[0] = "debug") {
  const lines: string[] = [];
  return { lines, log: createLogger(level, { write: (line) => lines.push(line) }) };
}

const canary = "canary-s3cr3t-7Fq2";
const key = `hmd_8DeNHe68cmEQ_${"a".repeat(43)}_0UkFHU`;

describe("the logger", () => {
  it.each([
    ["a Secret", { anything: new Secret(canary) }],
    ["a Secret in a Map in a list", { list: [new Map([["x", new Secret(canary)]])] }],
    [
      "telling names, however written",
      {
        password: canary,
        apiKey: canary,
        "x-api-key": canary,
        Authorization: canary,
        depot: { userPassword: canary, client_secret: canary },
      },
    ],
    ["objects under telling names", { credentials: { user: canary } }],
    ["a connection string", { url: `postgresql://scan:${canary}@db:5432/shop` }],
    [
      "a key=value connection string",
      { text: `host=db password=${canary} dbname=shop`, more: `{"token": "${canary}"}` },
    ],
    ["a header line", { text: `authorization: Bearer ${canary}${canary}` }],
    [
      "an error, its stack and its cause",
      { error: new Error(`connect postgres://a:${canary}@h`, { cause: new Error(`pwd=${canary}`) }) },
    ],
    ["a header of a request", { headers: { cookie: `session=${canary}`, "set-cookie": [canary] } }],
  ])("keeps secrets out of a line: %s", (_, fields) => {
    const { log, lines } = record();
    log.error(fields, "x");
    log.child(fields).info({}, "y");
    expect(lines).toHaveLength(2);
    for (const form of [canary, Buffer.from(canary).toString("base64"), encodeURIComponent(canary)]) {
      expect(lines.join()).not.toContain(form);
    }
  });

  it("keeps our own keys out, wherever they stand", () => {
    const { log, lines } = record();
    log.warn({ text: `the key ${key} was shown`, nested: [{ a: key }] }, `and ${key}`);
    expect(lines.join()).not.toContain("hmd_");
    expect(lines.join()).toContain("[redacted]");
  });

  it("writes one JSON line with level, time, message and fields, whatever the fields hold", () => {
    const { log, lines } = record();
    const circular: { self?: unknown; big: bigint } = { big: 12n };
    circular.self = circular;
    log.info({ ref: "depot/sales", durationMs: 12, maxTokens: 5, circular, user: "a\r\nb\u001b[31m" }, "reconciled");
    expect(lines).toHaveLength(1);
    const [line = ""] = lines;
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(line)).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      message: "reconciled",
      ref: "depot/sales",
      durationMs: 12,
      maxTokens: 5,
      circular: { big: "12", self: "[circular]" },
      user: "a\r\nb\u001b[31m",
    });
  });

  it("tells an error with its type, code, message, stack and cause", () => {
    const { log, lines } = record();
    const error = Object.assign(new TypeError("no"), { code: "ECONNREFUSED", cause: new Error("inner") });
    log.error({ error }, "failed");
    expect(JSON.parse(lines[0] ?? "").error).toMatchObject({
      type: "TypeError",
      code: "ECONNREFUSED",
      message: "no",
      stack: expect.stringContaining("pino-logger.test"),
      cause: { type: "Error", message: "inner" },
    });
  });

  it("cuts what is too big, and is quiet below its level", () => {
    const { log, lines } = record("warn");
    log.info({}, "x");
    log.warn({ text: "y".repeat(100_000), list: Array.from({ length: 10_000 }, (_, i) => i) }, "x");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(12_000);
  });

  it.each(["err", "error"])("writes type and code of an error under `%s`", (field) => {
    const { log, lines } = record();
    const error = Object.assign(new TypeError("gone"), { code: "ECONNRESET" });
    log.warn({ [field]: error }, "failed");
    expect(JSON.parse(lines[0] ?? "")[field]).toMatchObject({ type: "TypeError", code: "ECONNRESET", message: "gone" });
  });
});
