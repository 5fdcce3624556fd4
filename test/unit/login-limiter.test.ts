import { describe, expect, it } from "vitest";
import { createLoginLimiter } from "../../src/http/access/login-limiter.ts";

function limiterAt() {
  const time = { ms: 0 };
  const limiter = createLoginLimiter({ now: () => time.ms, schedule: () => () => {} });
  const fail = (ip: string, times: number) => Array.from({ length: times }, () => limiter.failed(ip)).at(-1);
  return { time, fail };
}

describe("the limit of failed logins", () => {
  it("begins with the 101st failure of a peer and ends 15 minutes after its first", () => {
    const { time, fail } = limiterAt();
    expect(fail("192.0.2.1", 100)).toEqual({ state: "counted" });
    time.ms = 60_000;
    expect(fail("192.0.2.1", 1)).toEqual({ state: "limited", first: true, retryAfterSeconds: 840 });
    expect(fail("192.0.2.1", 1)).toMatchObject({ state: "limited", first: false });
    expect(fail("192.0.2.2", 1)).toEqual({ state: "counted" });
    time.ms = 15 * 60_000;
    expect(fail("192.0.2.1", 1)).toEqual({ state: "counted" });
  });

  it("takes an IPv6 network of one customer, and an IPv4 address in IPv6 dress, for one peer", () => {
    const { fail } = limiterAt();
    fail("2001:db8:1:2::1", 60);
    expect(fail("2001:db8:1:2:ffff::9%eth0", 41)).toMatchObject({ state: "limited" });
    expect(fail("2001:db8:1:3::1", 1)).toEqual({ state: "counted" });
    fail("::ffff:192.0.2.7", 60);
    expect(fail("192.0.2.7", 41)).toMatchObject({ state: "limited" });
  });

  it("holds also when more peers come than it keeps", () => {
    const { fail } = limiterAt();
    for (let i = 0; i < 10_000; i++) fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 1);
    let limited = 0;
    for (let i = 0; i < 200; i++) if (fail(`172.16.${i >> 8}.${i & 255}`, 1)?.state === "limited") limited++;
    expect(limited).toBe(100);
  });
});
