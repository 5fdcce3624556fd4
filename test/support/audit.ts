import type { AuditKeySealer } from "../../src/heimdall/adapters/state/index.ts";

/** Stands in for the vault where a test is not about it: keeps the bytes as they are, bound to their name. */
export const plainSealer: AuditKeySealer = {
  seal: async (name, plain) => JSON.stringify([name, Buffer.from(plain).toString("base64")]),
  async open(name, sealed) {
    const [owner, text] = JSON.parse(sealed) as [string, string];
    if (owner !== name) throw new Error("moved");
    return Buffer.from(text, "base64");
  },
};
