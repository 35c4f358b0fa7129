import type { TokenPurpose } from './field-rules.ts';

const words = (value: string): string => value.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
const digits = (value: string): string => value.normalize('NFKC').replaceAll(/[^\d+]/g, '');

const forms: Readonly<Record<TokenPurpose, (value: string) => string>> = {
  // Card numbers come as digits; fingerprints of processors are case-sensitive.
  card: (value) => value.trim(),
  // International domains stay as they are written: Müller.de and its xn-- form are two tokens.
  email: (value) => value.normalize('NFC').trim().toLowerCase(),
  name: words,
  phone: digits,
  address: words,
};

/** The form in which two writings of one value are equal. */
export function normalise(purpose: TokenPurpose, value: string): string {
  return forms[purpose](value);
}
