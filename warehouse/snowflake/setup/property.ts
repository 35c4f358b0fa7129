import { quoteLiteral } from '../../sql-text.ts';
import type { ObjectItem, Value } from './item.ts';

/** How a value is written: as it stands, as a text, or as a list of texts. */
type Form = 'word' | 'text' | 'texts';

/** One thing that is set on an object of a type. */
export interface Property {
  readonly form: Form;
  /** `create`: in CREATE alone. `alter`: in ALTER alone. `both`: an object that stands is brought in line by ALTER. */
  readonly at: 'create' | 'alter' | 'both';
  /** Statements in place of a part of ALTER ... SET; of one that only CREATE sets: what mends it, run by the check's reader alone. */
  readonly alter?: (item: ObjectItem, value: Value) => readonly string[];
  /** How it stands in CREATE, where that is not `name = value`; undefined: not at all, the type's own words hold it. */
  readonly create?: (value: Value) => string | undefined;
  /** What the account shows in place of the value. */
  readonly shown?: (value: Value) => Value;
}

const none = (): undefined => undefined;

export const property = {
  word: { form: 'word', at: 'both' },
  text: { form: 'text', at: 'both' },
  texts: { form: 'texts', at: 'both' },
  /** What CREATE says in words of its own, and nothing changes later. */
  fixed: { form: 'word', at: 'create', create: none },
} as const satisfies Readonly<Record<string, Property>>;

export function writeValue(form: Form, value: Value): string {
  const texts = typeof value === 'string' ? [value] : value;
  if (form === 'texts') return `(${texts.map(quoteLiteral).join(', ')})`;
  const text = texts.join(', ');
  return form === 'text' ? quoteLiteral(text) : text;
}

/** Two values are the same where only order, case of a word or space differ. */
export function comparable(value: Value, { form }: Pick<Property, 'form'>): string {
  const texts = typeof value === 'string' ? [value] : [...value].sort();
  const text = texts.join(', ').replaceAll(/\s+/g, ' ').trim();
  return form === 'word' ? text.toUpperCase() : text;
}
