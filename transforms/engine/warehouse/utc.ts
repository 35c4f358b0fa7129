/** A time as the warehouse prints it, which is UTC, as ISO 8601; a day is its beginning. */
export function utc(value: unknown): string {
  const [day = '', time = '00:00:00'] = String(value).trim().split(/[ T]/);
  return new Date(`${day}T${time.replace(/Z$/, '')}Z`).toISOString();
}

export function utcOrNull(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : utc(value);
}
