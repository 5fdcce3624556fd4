import { z } from "zod";
import { keyword, mapping, opt, req, text, texts } from "../schema.ts";
import { valueCondition } from "./monitor.ts";

const mailAddress = z
  .string()
  .max(320)
  .regex(/^[^@\s]+@[^@\s]+$/, { message: "expected a mail address such as `alice@example.com`" });

/** `pager:` (`reference/dataos.md` §10): which incidents are told to whom. */
export const pagerSection = mapping({
  conditions: req(
    z.array(valueCondition).min(1).max(50),
    "which incidents it takes, e.g. `.properties.name` equals `cpualerts`; all of them must hold",
  ),
  output: req(
    mapping({
      email: opt(
        mapping({
          emailTargets: req(z.array(mailAddress).min(1).max(100), "mail addresses"),
          bodyTemplate: opt(z.string().max(65_536), "the text, a template; HTML where it begins with `<`"),
          templateType: opt(z.string().max(64), "the template's language: `go` (default) or `liquid`"),
        }),
        "by mail",
      ),
      msTeams: opt(
        mapping({ webHookUrl: req(text.min(1), "address of the incoming webhook; kept as a secret") }),
        "into a channel of Microsoft Teams",
      ),
      webHook: opt(
        mapping({
          url: req(text.min(1), "where the request goes"),
          verb: opt(keyword(["POST", "PUT", "PATCH", "GET", "DELETE"]), "its method; default `POST`"),
          headers: opt(texts, "its headers"),
          authorization: opt(
            mapping({
              token: opt(z.string().max(8192), "the token; kept as a secret"),
              customHeader: opt(z.string().max(256), "the header it goes into; default `Authorization`"),
              secret: opt(
                z.string().max(8192),
                "signs each request (HMAC-SHA256, Standard Webhooks); kept as a secret",
              ),
            }),
            "how it proves itself",
          ),
          bodyTemplate: opt(z.string().max(65_536), "the body, a template"),
          templateType: opt(z.string().max(64), "the template's language: `go` (default) or `liquid`"),
          contentType: opt(z.string().max(256), "the body's type"),
        }),
        "to any server",
      ),
    }).refine((output) => Object.values(output).some((target) => target !== undefined), {
      message: "expected at least one of `email`, `msTeams` and `webHook`",
    }),
    "who is told",
  ),
});

export type PagerSection = z.infer<typeof pagerSection>;
