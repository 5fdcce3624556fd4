/** Something a monitor finds at one time of its schedule. */
export interface Observation {
  /** as `Incident.key` */
  readonly key: string;
  /** in a sentence, one line */
  readonly message: string;
  /** what the incident's document gets of it: small, without data of rows */
  readonly document: Readonly<Record<string, unknown>>;
}
