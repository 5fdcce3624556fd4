export { createSmtpMailer, type SmtpMail, type SmtpMailer } from "./smtp-mailer.ts";
