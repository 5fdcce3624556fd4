import type { Clock } from "../../shared/clock.ts";
import { BadInputError, UnavailableError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import { secretRefOf } from "../connections.ts";
import { nameOf } from "../describe.ts";
import { readStoredSpec, redactedText, type SpecOf } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { StoredResource } from "../stores.ts";
import { toJsonBody, toMailText, toSubject, toTeamsCard } from "./default-bodies.ts";
import type { Delivery, HttpAnswer, SendHttp, SendMail } from "./ports.ts";
import { signMessage } from "./sign-message.ts";
import { renderTemplate } from "./templates/render-template.ts";

type Outputs = SpecOf["pager"]["output"];
type WebHook = NonNullable<Outputs["webHook"]>;
type Email = NonNullable<Outputs["email"]>;

export interface SendDeliveryOptions {
  readonly secrets: Pick<SecretStore, "get">;
  readonly sendHttp: SendHttp;
  /** `undefined`: no mail server is configured */
  readonly sendMail: SendMail | undefined;
  readonly clock: Clock;
}

/** The other side answered, and did not take it. */
export class RefusedError extends UnavailableError {
  readonly retryAfterSeconds: number | undefined;
  constructor(message: string, retryAfterSeconds: number | undefined) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Sends one delivery as its pager says now; gives what was answered, in a few words.
 * @throws {RefusedError} @throws {UnavailableError} @throws {BadInputError} the pager, its template or its address is wrong
 */
export type SendDelivery = (pager: StoredResource, delivery: Delivery, signal: AbortSignal) => Promise<string>;

export function createSendDelivery({ secrets, sendHttp, sendMail, clock }: SendDeliveryOptions): SendDelivery {
  return async (pager, delivery, signal) => {
    const { output } = readStoredSpec("pager", pager.version, pager.manifest);
    const at = { pager, delivery, signal };
    switch (delivery.output) {
      case "webHook":
        if (output.webHook) return sendWebHook(output.webHook, at);
        break;
      case "msTeams":
        if (output.msTeams) return sendTeams(at);
        break;
      case "email":
        if (output.email) return sendEmail(output.email, at);
        break;
      default:
        delivery.output satisfies never;
    }
    throw new BadInputError(`${nameOf(pager.ref)} has no \`output.${delivery.output}\` any more`);
  };

  async function sendWebHook(webHook: WebHook, { pager, delivery, signal }: At): Promise<string> {
    const values = await readValues(pager);
    const { id, event, document } = delivery;
    const contentType = webHook.contentType ?? headerOf(webHook, "content-type") ?? "application/json";
    const template = webHook.bodyTemplate;
    const body =
      template === undefined
        ? toJsonBody(document, event, id)
        : renderTemplate({ text: template, language: webHook.templateType, contentType }, document);
    const at = "pager.output.webHook";
    const token = values.get(`${at}.authorization.token`);
    const key = values.get(`${at}.authorization.secret`);
    const headers: Record<string, string | Secret> = { "content-type": contentType, "idempotency-key": id };
    for (const [name, value] of Object.entries(webHook.headers ?? {}))
      headers[name.toLowerCase()] = value === redactedText ? (values.get(`${at}.headers.${name}`) ?? "") : value;
    if (token) headers[(webHook.authorization?.customHeader ?? "authorization").toLowerCase()] = token;
    if (key) Object.assign(headers, signMessage(key, id, Math.floor(clock.now() / 1000), body));
    const method = webHook.verb ?? "POST";
    return words(await sendHttp({ url: urlOf(values, `${at}.url`), method, headers, body }, signal));
  }

  async function sendTeams({ pager, delivery, signal }: At): Promise<string> {
    const url = urlOf(await readValues(pager), "pager.output.msTeams.webHookUrl");
    const headers = { "content-type": "application/json", "idempotency-key": delivery.id };
    const body = toTeamsCard(delivery.document, delivery.event);
    return words(await sendHttp({ url, method: "POST", headers, body }, signal));
  }

  async function sendEmail(email: Email, { delivery, signal }: At): Promise<string> {
    if (!sendMail) throw new BadInputError("no driver configured for mail; the operator sets DATAOS_SMTP_URL");
    const { document, event, id } = delivery;
    const isHtml = email.bodyTemplate?.trimStart().startsWith("<") ?? false;
    const contentType = isHtml ? "text/html" : "text/plain";
    const body =
      email.bodyTemplate === undefined
        ? toMailText(document, event)
        : renderTemplate({ text: email.bodyTemplate, language: email.templateType, contentType }, document);
    const mail = {
      to: email.emailTargets,
      subject: toSubject(document, event),
      body,
      isHtml,
      messageId: `${id}@dataos`,
    };
    return sendMail(mail, signal);
  }

  async function readValues(pager: StoredResource): Promise<ReadonlyMap<string, Secret>> {
    return (await secrets.get(secretRefOf(pager.ref), `a message of ${nameOf(pager.ref)}`)).values;
  }
}

interface At {
  readonly pager: StoredResource;
  readonly delivery: Delivery;
  readonly signal: AbortSignal;
}

function urlOf(values: ReadonlyMap<string, Secret>, path: string): Secret {
  const url = values.get(path);
  if (url) return url;
  throw new BadInputError(`\`${path}\` is not stored; apply the pager again with it`);
}

function headerOf({ headers }: WebHook, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

function words({ status, retryAfterSeconds }: HttpAnswer): string {
  if (status >= 200 && status < 300) return `answered ${status}`;
  throw new RefusedError(
    `it answered ${status}${status >= 300 && status < 400 ? ", and redirections are not followed" : ""}`,
    retryAfterSeconds,
  );
}
