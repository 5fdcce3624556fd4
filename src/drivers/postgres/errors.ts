import {
  BadInputError,
  ConflictError,
  DataOsError,
  DeadlineExceededError,
  StorageFullError,
  UnavailableError,
} from "../../shared/errors.ts";

/** What the messages speak of. Never holds a password. */
export interface ServerDescription {
  /** e.g. `db.example.com:5432` */
  readonly server: string;
  readonly database: string;
  readonly username: string;
  /** where the user mends it, e.g. "the depot and its secret" */
  readonly settings: string;
}

/** Message of the client-side time limit; recognised below. */
export const timedOut = "query timed out in the client";

/** SQLSTATE or system error code. */
function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether the transaction may be tried again: serialization failure or deadlock, also behind a planned error. */
export function isSerializationFailure(error: unknown): boolean {
  const code = errorCode(error instanceof DataOsError ? error.cause : error);
  return code === "40001" || code === "40P01";
}

/** Whether the connection can no longer be used. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  return (
    code.startsWith("08") ||
    code.startsWith("57P") ||
    (!isSqlState(code) && error instanceof Error && !(error instanceof TypeError))
  );
}

/** The planned error for a failure of PostgreSQL; a mistake in our own SQL comes back as it is. */
export function toPlannedError(error: unknown, about: ServerDescription): unknown {
  if (error instanceof DataOsError || error instanceof TypeError || !(error instanceof Error)) return error;
  const { server, database, username, settings } = about;
  const options = { cause: error };
  const bad = (text: string) => new BadInputError(text, options);
  const down = (text: string) => new UnavailableError(text, options);
  const code = errorCode(error);
  switch (code) {
    case "28P01":
      return bad(`${server} refuses the password of user \`${username}\`; check username and password in ${settings}`);
    case "28000":
      return /no encryption|SSL off/i.test(error.message)
        ? bad(
            `${server} takes no unencrypted connection for user \`${username}\` and database \`${database}\`; set sslmode to require or verify-full in ${settings}`,
          )
        : bad(
            `${server} does not let user \`${username}\` into database \`${database}\` from this machine; check the user in ${settings} and the server's pg_hba.conf`,
          );
    case "3D000":
      return bad(`${server} has no database \`${database}\`; check the database name in ${settings}`);
    case "42501":
      return bad(
        `user \`${username}\` lacks a privilege in database \`${database}\` on ${server}: ${firstLine(error)}; have it granted`,
      );
    case "23505":
      return new ConflictError(
        `the same row exists already${constraintOf(error)}; choose another value or change the existing one`,
        options,
      );
    case "53100":
      return new StorageFullError(`the disk of ${server} is full; free some space and try again`, options);
    case "53200":
    case "53300":
    case "53400":
      return down(`${server} has reached a limit: ${firstLine(error)}; raise it or try again later`);
    case "57P03":
      return down(`${server} is starting up or shutting down; try again in a moment`);
    case "57014":
    case "55P03":
      return new DeadlineExceededError(
        `a query on ${server} took longer than allowed and was stopped; try again, or raise the time limit`,
        options,
      );
    case "25006":
      return down(
        `${server} takes no changes: it is a standby, or the session is read-only; name the primary server in ${settings}`,
      );
    case "40001":
    case "40P01":
      return down(`others changed the same rows of ${server} at the same time; try again`);
    case "58P01":
    case "58030":
    case "XX001":
    case "XX002":
      return down(
        `${server} reports damaged or unreadable files: ${firstLine(error)}; see its log and restore from a backup`,
      );
    case "ECONNREFUSED":
    case "ENOENT":
      return down(
        `nothing listens on ${server}; check host and port in ${settings}, and that PostgreSQL runs there and accepts connections`,
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return down(
        `the host of ${server} does not resolve; check the host name in ${settings} and the name server of this machine`,
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return down(
        `${server} cannot be reached from this machine; check host and port in ${settings} and the network between`,
      );
    default:
      return isSqlState(code) && !isConnectionLost(error) ? error : toConnectionError(error, about);
  }
}

function toConnectionError(error: Error, { server, username, settings }: ServerDescription): Error {
  const options = { cause: error };
  const text = error.message;
  if (text === timedOut) {
    return new DeadlineExceededError(
      `${server} did not finish a query in time; try again, or raise the time limit`,
      options,
    );
  }
  if (/client password must be/.test(text)) {
    return new BadInputError(`${server} asks for a password of user \`${username}\`; give one in ${settings}`, options);
  }
  if (/timeout|ETIMEDOUT/i.test(`${text} ${errorCode(error)}`)) {
    return new UnavailableError(
      `${server} did not answer in time; check host and port in ${settings}, and firewalls between this machine and it`,
      options,
    );
  }
  if (/does not support SSL/.test(text)) {
    return new BadInputError(
      `${server} offers no TLS; turn it on there, or set sslmode to disable in ${settings}`,
      options,
    );
  }
  if (/^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(errorCode(error))) {
    return new BadInputError(
      `the certificate of ${server} cannot be trusted (${firstLine(error).split(";")[0]}); give its authority as sslrootcert in ${settings}, or mend the certificate`,
      options,
    );
  }
  if (/error establishing an SSL/.test(text)) {
    return new UnavailableError(
      `what listens on ${server} did not answer as PostgreSQL does; check host and port in ${settings}, and whether the server still takes connections`,
      options,
    );
  }
  if (/SSL|TLS|EPROTO/.test(`${text} ${errorCode(error)}`)) {
    return new UnavailableError(
      `no encrypted connection to ${server} could be made (${firstLine(error)}); check sslmode in ${settings} and the server's TLS settings`,
      options,
    );
  }
  return new UnavailableError(
    `the connection to ${server} was lost; see whether PostgreSQL runs there, then try again`,
    options,
  );
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);
}

function firstLine(error: Error): string {
  return (error.message.split("\n")[0] ?? "").slice(0, 200);
}

function constraintOf(error: object): string {
  return "constraint" in error && typeof error.constraint === "string" ? ` (\`${error.constraint}\`)` : "";
}
