import { randomBytes } from "node:crypto";
import { joinManifests, scanManifest } from "./resources.ts";

/** A value that every format has to write in its own way. */
const canary = (name: string): string => `${name}-"<&'\\/+%é ${randomBytes(9).toString("base64")}`;
const plainCanary = (name: string): string => `${name}-${randomBytes(18).toString("base64url")}`;

/** What must show nowhere, by the variable it is applied with. */
export const canaries = {
  SECRET_DATA: canary("secret-data"),
  SECRET_BEFORE: canary("secret-data-of-the-first-version"),
  SECRET_TYPE: canary("secret-type"),
  VARIABLE: canary("by-variable"),
  INLINE: canary("inline-depot"),
  REFUSED: canary("refused-by-the-source"),
  UNREACHED: canary("never-arrived"),
  JOB: canary("password-of-a-job"),
  MISPLACED: canary("in-the-wrong-place"),
  IN_A_URL: plainCanary("in-a-url"),
  OPERATOR_KEY: plainCanary("operator-key"),
  WRONG_KEY: plainCanary("mistyped-key"),
  URL_KEY: plainCanary("key-in-a-url"),
};
/** No secret: shows that looking finds what is there. */
export const marker = canary("marker");

/** An instance-secret with `value` in it, described by the marker. */
export const plantedSecret = (value: string): string => `name: shop-r
version: v1
type: instance-secret
description: "\${MARKER}"
instance-secret: {type: key-value-properties, acl: r, data: {username: reader, password: "\${VARIABLE}", token: "\${${value}}"}}
`;
const inlineDepot = (name: string, port: number, variable: string): string => `name: ${name}
version: v1
type: depot
depot:
  type: POSTGRESQL
  external: true
  connectionSecret: [{acl: r, type: key-value-properties, data: {username: reader, password: "\${${variable}}"}}]
  spec: {host: 127.0.0.1, port: ${port}, database: postgres}
`;

/** Secrets at every place that takes them: depots that work, that are refused and that are not reached, a secret, a job. */
export function plantedManifests(port: number, refusingPort: number): string {
  const byReference = `name: shop
version: v2alpha
type: depot
depot: {type: POSTGRESQL, external: true, secrets: [{name: shop-r, allkeys: true}], postgresql: {host: 127.0.0.1, port: ${port}, database: postgres}}
`;
  const job = `name: job
version: v1
type: workflow
workflow: {dag: [{name: a, spec: {stack: flare, stackSpec: {sourceConnection: {config: {password: "\${JOB}"}}}}}]}
`;
  const typed =
    'name: typed\nversion: v1\ntype: secret\nsecret: {type: key-value, acl: r, data: {value: "${SECRET_TYPE}"}}\n';
  // the source takes one connection at a time
  const retry = { count: 9, strategy: "OnTransientError", duration: "1s" };
  return joinManifests(
    plantedSecret("SECRET_BEFORE"),
    byReference,
    scanManifest("shop", { retry }),
    inlineDepot("inline", port, "INLINE"),
    scanManifest("inline", { retry }),
    inlineDepot("refused", refusingPort, "REFUSED"),
    inlineDepot("unreached", 9, "UNREACHED"),
    scanManifest("refused"),
    typed,
    job,
  );
}

/** A policy that would let everybody read everything, secrets included. */
export const candidatePolicy = `name: candidate
version: v1
type: policy
policy: {access: {subjects: {tags: ["roles:id:**"]}, predicates: ["**"], objects: {paths: ["**"]}, allow: true}}
`;

/** Secrets where they do not belong; all of these are refused. */
export const misplacedManifests = [
  'name: x\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value-properties, acl: r, data: ["${MISPLACED}"]}\n',
  'name: x\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value-properties, acl: r, data: {a: {b: "${MISPLACED}"}}, password: "${MISPLACED}"}\n',
  'name: x\nversion: v1\ntype: depot\ndepot: {type: POSTGRESQL, external: true, connectionSecret: {password: "${MISPLACED}"}, spec: {password: "${MISPLACED}", port: "${MISPLACED}"}}\n',
  'name: x\nversion: v1\ntype: depot\ndepot: {type: POSTGRESQL, external: true, spec: {host: "postgres://u:${IN_A_URL}@h/db"}}\n',
];
