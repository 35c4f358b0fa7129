/** Airflow's list of names whose values are never shown. */
const sensitiveName =
  /access_?token|api_?key|apikey|authorization|keyfile|passphrase|passwd|password|private_?key|secret|token/i;

/** Whether what has this name is to be kept out of logs. */
export function isSensitive(name: string): boolean {
  return sensitiveName.test(name);
}

/** All texts inside a value that stand under a sensitive name; all of them, where the value itself is one. */
export function sensitiveTexts(value: unknown, isInside = false): readonly string[] {
  if (typeof value === 'string') return isInside ? [value] : [];
  if (typeof value === 'number') return isInside ? [String(value)] : [];
  if (Array.isArray(value)) return value.flatMap((item) => sensitiveTexts(item, isInside));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => sensitiveTexts(item, isInside || isSensitive(name)));
}
