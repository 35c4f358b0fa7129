/** A column of a mart, as its contract declares it. */
export interface MartColumn {
  /** As declared: bigint, varchar, date, decimal(18,9). */
  readonly type: string;
  readonly description: string;
  /** Whether it holds what is personal, or of a class that nobody has heard of. */
  readonly isClosed: boolean;
  /** Whether the mart promises a value in every row. */
  readonly isNeverNull: boolean;
}

/** The marts by name without schema, with their columns: what the transform project promises. */
export type Marts = ReadonlyMap<string, ReadonlyMap<string, MartColumn>>;

/** The one currency in which amounts of all are told, too. */
export interface ReportingCurrency {
  /** ISO 4217. */
  readonly code: string;
  /** Decimals of its minor unit: 2 of cents, 0 where there is no smaller unit. */
  readonly digits: number;
}

/** What the transform project promises. */
export interface Promised {
  readonly marts: Marts;
  readonly reporting: ReportingCurrency;
}

/** What a type is for: to add up, to compare with dates, to show. */
export type TypeFamily = 'number' | 'time' | 'boolean' | 'string';

const families: readonly (readonly [RegExp, TypeFamily])[] = [
  [/^(?:big|small|tiny|huge)?int|^integer|^numeric|^decimal|^number|^double|^float|^real/i, 'number'],
  [/^date|^timestamp|^time/i, 'time'],
  [/^bool/i, 'boolean'],
];

export function familyOf(type: string): TypeFamily {
  return families.find(([pattern]) => pattern.test(type))?.[1] ?? 'string';
}
