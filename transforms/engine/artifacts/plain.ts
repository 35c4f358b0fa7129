/**
 * A value as JSON can hold it. Templates yield wide integers, which become numbers where they fit and text where
 * they do not; what is undefined goes away.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return plainRecord(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'object' && value !== null) return plainRecord(value);
  return value;
}

/** The same of every value of a record. */
export function plainRecord(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, plainValue(value)]),
  );
}
