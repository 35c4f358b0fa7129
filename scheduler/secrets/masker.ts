import { sensitiveTexts } from './sensitive-names.ts';

/** Replaces the secrets that it has been told of by `***`, wherever they stand. */
export interface Masker {
  readonly add: (secrets: readonly string[]) => void;
  readonly mask: (text: string) => string;
  /** The same at any depth of a value, keys included. */
  readonly maskDeep: <Value>(value: Value) => Value;
  /** The length of the longest secret: as much must be together for it to be seen. */
  readonly reach: () => number;
}

/** Shorter values are part of so many words that masking them would say more than it hides; Airflow's bound. */
const shortest = 5;

export function createMasker(): Masker {
  const known = new Set<string>();
  // The longest first: one may be a part of another.
  let ordered: readonly string[] = [];
  const mask = (text: string): string =>
    ordered.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  const maskDeep = (value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(maskDeep);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskDeep(item)]));
  };
  return {
    add: (secrets) => {
      for (const form of secrets.flatMap(formsOf)) if (form.length >= shortest) known.add(form);
      ordered = [...known].toSorted((a, b) => b.length - a.length);
    },
    mask,
    // Plain data goes in, and the same shape comes out.
    maskDeep: (value) => (ordered.length === 0 ? value : (maskDeep(value) as typeof value)),
    reach: () => ordered[0]?.length ?? 0,
  };
}

/** As it is, line by line, inside JSON, and inside a URI: each is how a secret gets printed. */
function formsOf(secret: string): readonly string[] {
  const whole = secret.trim();
  return [whole, ...whole.split(/\r?\n/)].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.replaceAll(/[\uD800-\uDFFF]/gu, '')),
  ]);
}

/** Masks the values of environment variables with a sensitive name. */
export function maskOfEnv(env: Readonly<Record<string, string | undefined>>): Masker {
  const masker = createMasker();
  masker.add(sensitiveTexts(env));
  return masker;
}
