import { createTransport } from "nodemailer";
import { UnavailableError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";

export interface SmtpMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly isHtml: boolean;
  /** without angle brackets */
  readonly messageId: string;
}

/** One mail server. */
export interface SmtpMailer {
  /**
   * Hands a mail over; gives what the server said.
   * @throws {UnavailableError} it does not answer, or does not take the mail for each of the addresses
   */
  send(mail: SmtpMail, signal: AbortSignal): Promise<string>;
}

const timeoutMs = 10_000;

/**
 * Sends over SMTP. `smtp:` goes over to TLS where the server offers it, and must where a password is sent; `smtps:` begins with it.
 * @param url `smtp://user:password@host:587?from=alerts@example.com`; `insecure=true` also sends a password without TLS
 * @see https://www.rfc-editor.org/rfc/rfc5321 @see https://www.rfc-editor.org/rfc/rfc3207
 */
export function createSmtpMailer(url: Secret): SmtpMailer {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url.reveal());
  const isTls = protocol === "smtps:";
  const from = searchParams.get("from") ?? `dataos@${hostname}`;
  const pass = new Secret(decodeURIComponent(password));
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (isTls ? 465 : 587) : Number(port),
    secure: isTls,
    // SECURITY: a password in clear is for whoever listens
    requireTLS: !isTls && username !== "" && searchParams.get("insecure") !== "true",
    ...(username === "" ? {} : { auth: { user: decodeURIComponent(username), pass: pass.reveal() } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // SECURITY: nothing in a mail is fetched from files or addresses
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, body, isHtml, messageId }, signal) {
      signal.throwIfAborted();
      let answer: { readonly response: string; readonly rejected: readonly unknown[] };
      try {
        answer = await transport.sendMail({
          from,
          to: [...to],
          subject,
          messageId: `<${messageId}>`,
          ...(isHtml ? { html: body } : { text: body }),
        });
      } catch (cause) {
        const { code = "", responseCode } = cause as { readonly code?: string; readonly responseCode?: number };
        const why = responseCode === undefined ? code : `${code} ${responseCode}`;
        throw new UnavailableError(`the mail server \`${hostname}\` did not take the mail (${why})`, { cause });
      }
      if (answer.rejected.length > 0)
        throw new UnavailableError(
          `the mail server \`${hostname}\` refused ${answer.rejected.length} of ${to.length} addresses`,
        );
      return answer.response.slice(0, 200);
    },
  };
}
