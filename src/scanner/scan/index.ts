export { createNameFilter, type NameFilter } from "./name-filter.ts";
export { runScan, type ScanFacts, type ScanReport, type ScanRequest } from "./run-scan.ts";
