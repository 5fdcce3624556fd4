/** The id of a run however it was printed: `run/run_<id>`, `run_<id>` or in a message without prefix. */
export function toRunId(text: string): string {
  return `run_${text.replace(/^(?:run\/)?(?:run_)?/, "")}`;
}
