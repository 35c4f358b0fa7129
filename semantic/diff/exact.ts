/** `now - before` of exact decimal texts; undefined where one of them is no number. */
export function difference(before: string | null, now: string | null): string | undefined {
  const [a, b] = [parse(before), parse(now)];
  if (a === undefined || b === undefined) return undefined;
  const scale = Math.max(a.scale, b.scale);
  return format(at(b, scale) - at(a, scale), scale);
}

interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function parse(text: string | null): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return { digits: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

function at({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}

function format(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  if (scale === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Whether both say the same number, however many zeros they write, or both say none. */
export function isSameNumber(before: string | null, now: string | null): boolean {
  if (before === now) return true;
  const between = difference(before, now);
  return between !== undefined && /^[-0.]+$/.test(between);
}
