import { landingErrors } from './errors.ts';

/** `=` stands in the names of partitions: `date=2026-01-31`. */
const pattern = /^[a-z0-9_][a-z0-9._=-]*(?:\/[a-z0-9_][a-z0-9._=-]*)*$/i;

/** S3's own limit is 1,024 bytes with the prefix; keys are ASCII. */
const maximumLength = 900;

/** The key, if it means the same in a folder and in a bucket. */
export function checkedKey(key: string): string {
  if (pattern.test(key) && key.length <= maximumLength) return key;
  throw landingErrors.error('LANDING_KEY_INVALID', {
    message: `"${key.slice(0, 200)}" cannot be an archive key`,
  });
}
