import type { MaskKind } from './field-rules.ts';

type Masked = string | boolean | null;

const masks: Readonly<Record<MaskKind, (value: string) => Masked>> = {
  presence: (value) => value.trim() !== '',
  initial: (value) => Array.from(value.trim())[0] ?? null,
  domain: (value) => /@([^@\s]+)$/u.exec(value.trim())?.[1]?.toLowerCase() ?? null,
  prefix3: (value) => Array.from(value.trim()).slice(0, 3).join(''),
  year: (value) => /^\d{4}(?=-|$)/.exec(value.trim())?.[0] ?? null,
};

/** The part of a value that may be kept; null where there is none. */
export function mask(kind: MaskKind, value: string | null): Masked {
  if (value === null) return kind === 'presence' ? false : null;
  return masks[kind](value);
}
