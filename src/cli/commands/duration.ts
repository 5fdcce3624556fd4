import { CommandError } from "../client.ts";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `24h`, `30m`, `90d` in seconds; `0` stands for "no end". */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (text === "0") return 0;
  if (amount === undefined || unit === undefined)
    throw new CommandError(
      `\`${text}\` is not a duration; expected e.g. \`24h\`, \`30m\`, \`90d\`, or \`0\` for no end`,
      2,
    );
  return Number(amount) * (unitSeconds[unit] ?? 0);
}
