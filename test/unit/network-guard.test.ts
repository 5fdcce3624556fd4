import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createNetworkGuard, type ResolveHost } from "../../src/scanner/index.ts";

const answer =
  (...addresses: readonly string[]): ResolveHost =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
const guard = (allowedNetworks: readonly string[], resolve: ResolveHost = answer("8.8.8.8")) =>
  createNetworkGuard({ allowedNetworks, resolve });

describe("network guard", () => {
  it("gives the address that was checked, so that no second look-up is needed", async () => {
    let calls = 0;
    const counting: ResolveHost = async (name) => {
      calls++;
      return answer("93.184.216.34")(name);
    };
    expect(await guard([], counting).resolve("db.example.com")).toEqual({ address: "93.184.216.34", family: 4 });
    expect(calls).toBe(1);
    expect(await guard([], counting).resolve("[2606:4700:4700::1111]")).toEqual({
      address: "2606:4700:4700::1111",
      family: 6,
    });
    expect(calls).toBe(1);
  });

  it("refuses what is not public and says which setting allows it", async () => {
    const refusals = {
      "10.1.2.3":
        "host `10.1.2.3` is on a network that is not public; to allow it, the operator adds its network, e.g. 10.0.0.0/8, to DATAOS_DEPOT_NETWORKS",
      "127.0.0.1":
        "host `127.0.0.1` is on this machine itself; to allow it, the operator adds its network, e.g. 127.0.0.0/8, to DATAOS_DEPOT_NETWORKS",
      "::1":
        "host `::1` is on this machine itself; to allow it, the operator adds its network, e.g. ::1/128, to DATAOS_DEPOT_NETWORKS",
      "fd12::1":
        "host `fd12::1` is on a private network; to allow it, the operator adds its network, e.g. fc00::/7, to DATAOS_DEPOT_NETWORKS",
    };
    for (const [host, message] of Object.entries(refusals)) {
      await expect(guard([]).resolve(host)).rejects.toMatchObject({ code: "BAD_USER_INPUT", message });
    }
  });

  it("does not tell which private address a name has", async () => {
    const error = await guard([], answer("10.77.88.99"))
      .resolve("intranet.example.com")
      .catch((reason: Error) => reason);
    expect(String(error)).not.toContain("77");
  });

  it("allows networks that are configured, and those only", async () => {
    const local = guard(["127.0.0.0/8", "10.1.0.0/16", "fd00::/8"]);
    expect((await local.resolve("127.0.0.1")).address).toBe("127.0.0.1");
    expect((await local.resolve("10.1.255.1")).address).toBe("10.1.255.1");
    expect((await local.resolve("::ffff:10.1.0.1")).address).toBe("::ffff:10.1.0.1");
    expect((await local.resolve("fd00::5")).address).toBe("fd00::5");
    await expect(local.resolve("10.2.0.1")).rejects.toThrow("DATAOS_DEPOT_NETWORKS");
    await expect(local.resolve("::1")).rejects.toThrow("DATAOS_DEPOT_NETWORKS");
  });

  it("takes the address that is allowed where a name has several", async () => {
    expect(await guard(["127.0.0.0/8"], answer("::1", "127.0.0.1")).resolve("localhost")).toEqual({
      address: "127.0.0.1",
      family: 4,
    });
  });

  it.each([
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "192.0.0.192",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "::169.254.169.254",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
  ])("never connects to %s, whatever is allowed", async (address) => {
    const open = ["0.0.0.0/0", "::/0"];
    const message = /which depots never connect to/;
    await expect(guard(open).resolve(address)).rejects.toThrow(message);
    await expect(guard(open, answer("8.8.8.8", address)).resolve("sneaky.example.com")).rejects.toThrow(message);
  });

  it("refuses spellings that are read in more than one way", async () => {
    for (const host of ["127.1", "0x7f000001", "017700000001", "2130706433", "127.0.0.1.", "0177.0.0.1", "0"]) {
      await expect(guard(["0.0.0.0/0"]).resolve(host)).rejects.toThrow("unusual spelling");
    }
    for (const host of [
      "127.0.0.1\0.example.com",
      "１２７.０.０.１",
      "a b",
      "",
      ".",
      "-",
      "*",
      "x@y",
      "fe80::1%lo",
      "a\r\nb",
    ]) {
      await expect(guard(["0.0.0.0/0", "::/0"]).resolve(host)).rejects.toThrow("is not a host name");
    }
    for (const host of ["/var/run/postgresql", "@abstract"]) {
      await expect(guard(["0.0.0.0/0"]).resolve(host)).rejects.toThrow("is a Unix socket");
    }
  });

  it("says that a name does not resolve", async () => {
    const failing: ResolveHost = () => Promise.reject(new Error("ENOTFOUND"));
    for (const resolve of [failing, answer()]) {
      await expect(guard([], resolve).resolve("db.example.com")).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: "host `db.example.com` does not resolve; check the depot's host and the name server of this machine",
      });
    }
  });

  it("refuses a setting that is not a list of networks", () => {
    expect(() => guard(["10.0.0.0"])).toThrow(
      "DATAOS_DEPOT_NETWORKS: `10.0.0.0` is not a network; expected CIDR blocks such as 10.0.0.0/8,fd12:3456::/32",
    );
  });
});

const vectorFile = new URL("../../../shared/data/security/ssrf_hosts/ssrf_hosts.json", import.meta.url);

describe.skipIf(!existsSync(vectorFile))(
  "network guard against known evasions (../shared/data/security/ssrf_hosts)",
  () => {
    interface Row {
      readonly host: string;
      readonly expected: string;
      readonly getaddrinfo: readonly string[];
    }
    const rows: readonly Row[] = existsSync(vectorFile) ? JSON.parse(readFileSync(vectorFile, "utf8")).rows : [];
    /** Answers as the resolver did when the list was made; names that did not resolve there stand for ones that do. */
    const recorded: ResolveHost = async (name) => {
      const found =
        rows.find((row) => row.host === name)?.getaddrinfo.filter((address) => !address.startsWith("ERR")) ?? [];
      return answer(...(found.length > 0 ? found : ["127.0.0.1"]))(name);
    };

    it.each(rows.filter((row) => row.expected === "block").map(({ host }) => [JSON.stringify(host), host]))(
      "blocks %s",
      async (_, host) => {
        await expect(guard([], recorded).resolve(host)).rejects.toThrow();
      },
    );
    it.each(rows.filter((row) => row.expected !== "block" && row.host !== "example.com").map(({ host }) => [host]))(
      "allows %s",
      async (host) => {
        await expect(guard([], recorded).resolve(host)).resolves.toBeDefined();
      },
    );
  },
);
