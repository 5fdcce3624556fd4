export { type AuditJournal, openAuditJournal } from "./audit-journal.ts";
