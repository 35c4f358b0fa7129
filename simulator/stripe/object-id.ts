const width = 12;

/** An object's id from its prefix (`ch_`) and the key of the row it stands for: `ch_00000000002s`. */
export function objectId(prefix: string, key: number): string {
  return `${prefix}${key.toString(36).padStart(width, '0')}`;
}

/** The key within an id with this prefix; undefined for any other text. */
export function keyOf(prefix: string, id: string): number | undefined {
  if (!id.startsWith(prefix) || id.length !== prefix.length + width) return undefined;
  const key = Number.parseInt(id.slice(prefix.length), 36);
  return objectId(prefix, key) === id && Number.isSafeInteger(key) ? key : undefined;
}

/** Microseconds since 1970 to Stripe's seconds. */
export function seconds(micros: number): number {
  return Math.floor(micros / 1e6);
}
