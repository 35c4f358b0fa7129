import { createHash } from 'node:crypto';
import { representationOf, textOf, toValue } from '../../../lib/jinja/values.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The name dbt gives a generic test: its kind, what it stands on and its arguments. */
export function testName(kind: string, target: string, args: Readonly<Record<string, unknown>>): string {
  const parts = Object.keys(args)
    .toSorted()
    .flatMap((name) => partsOf(args[name]))
    .map((part) => textOf(toValue(part)).replaceAll(/[^0-9a-zA-Z_]+/g, '_'));
  return `${kind}_${target}_${parts.join('__')}`;
}

/** A name that fits where 63 characters are the limit: from 64 on its first 30 and a hash of the whole. dbt's rule. */
export function shortName(name: string, kind: string, target: string): string {
  return name.length < 64 ? name : `${`${kind}_${target}`.slice(0, 30)}_${md5(name)}`;
}

function partsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [value];
}

/** The id dbt gives it: two tests that differ in an argument only stay apart. */
export function testId(
  projectName: string,
  name: string,
  kind: string,
  model: string,
  args: Readonly<Record<string, unknown>>,
): string {
  const metadata = {
    name: kind,
    kwargs: { ...args, model: `{{ get_where_subquery(${model}) }}` },
    namespace: null,
  };
  const hash = md5(name + representationOf(toValue(hashable(metadata)))).slice(-10);
  return `test.${projectName}.${name}.${hash}`;
}

/** Keys in order and every leaf as text. */
function hashable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashable);
  if (typeof value !== 'object' || value === null) return textOf(toValue(value));
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, hashable(each)]));
}
