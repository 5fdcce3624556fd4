/** The vendor's condition objects (docs/adr/0080), evaluated directly; shares nothing with the product. */

type Answer = boolean | "fails";
type Settings = Readonly<Record<string, string>>;

/** All of the object's conditions must hold; what the context does not say, or says in another type, fails. */
export function evaluateVendorNaively(
  condition: Readonly<Record<string, Settings>>,
  context: Readonly<Record<string, unknown>>,
  subjectId: string,
): Answer {
  const answers = Object.entries(condition).map(([kind, settings]) =>
    one(kind, settings, context[settings.name ?? ""], subjectId),
  );
  if (answers.includes(false)) return false;
  return answers.includes("fails") ? "fails" : true;
}

function one(kind: string, settings: Settings, given: unknown, subjectId: string): Answer {
  if (kind === "string_pairs_equal_condition") {
    if (!Array.isArray(given)) return "fails";
    return given.length > 0 && given.every((pair) => Array.isArray(pair) && pair.length === 2 && pair[0] === pair[1]);
  }
  if (typeof given !== "string") return "fails";
  switch (kind) {
    case "equals_subject_condition":
      return given === subjectId || given === `users:id:${subjectId}`;
    case "string_equal_condition":
      return given === settings.expected_value;
    case "string_match_condition":
      return new RegExp(settings.match_regular_expression ?? "", "u").test(given);
    case "cidr_condition":
      return isInNet(given, settings.cidr ?? "");
    default:
      throw new TypeError(`the naive evaluator does not know \`${kind}\``);
  }
}

/** IPv4 only. */
function isInNet(address: string, net: string): Answer {
  const [start = "", bits = "32"] = net.split("/");
  const [a, b] = [toNumber(address.replace(/^::ffff:/, "")), toNumber(start)];
  if (a === undefined || b === undefined) return "fails";
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function toNumber(address: string): number | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  return parts?.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
