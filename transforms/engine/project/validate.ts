import { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { isRecord, own } from './yaml.ts';
import type { Path, YamlFile } from './yaml.ts';

/** Where a value under validation stands: `at` for a value, `atKey` for a key, both by path below it. */
export interface Places {
  readonly at: (path: Path) => Location;
  readonly atKey: (path: Path) => Location;
  /** What people call the value: `dim_customer`, `models.marts`. Begins the messages. */
  readonly called: string;
}

/** Places of a value inside a YAML file. */
export function placesIn(yaml: YamlFile, base: Path, called: string): Places {
  return {
    at: (path) => yaml.at([...base, ...path]),
    atKey: (path) => yaml.atKey([...base, ...path]),
    called,
  };
}

/** Places of a value that stands in one piece, such as the arguments of a config() call. */
export function placesAt(at: Location, called: string): Places {
  return { at: () => at, atKey: () => at, called };
}

/** The value as its schema gives it, or undefined with every difference collected as a defect. */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  places: Places,
  defects: Defects,
): z.output<S> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.map(deepest)) {
    for (const defect of toDefects(schema, value, issue, places)) defects.add(defect);
  }
  return undefined;
}

type Issue = z.core.$ZodIssue;

/** Of a union, the branch that understood most of the value. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors.flat().map((each) => {
    const inner = deepest(each);
    return { ...inner, path: [...issue.path, ...inner.path] };
  });
  const best = branches.toSorted((a, b) => b.path.length - a.path.length)[0];
  return best !== undefined && best.path.length > issue.path.length ? best : issue;
}

function toDefects(
  schema: z.ZodType,
  value: unknown,
  issue: Issue,
  places: Places,
): ReturnType<typeof make>[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  const name = [places.called, ...spoken(value, path)].filter((part) => part !== '').join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const hint =
        near === undefined
          ? '; custom keys go under meta'
          : `; did you mean ${near}? Custom keys go under meta`;
      return make(
        'PROJECT_UNKNOWN_KEY',
        `${name}: there is no key ${key}${hint}`,
        places.atKey([...path, key]),
      );
    });
  }
  const said = valueAt(value, path);
  const near =
    issue.code === 'invalid_value' && typeof said === 'string'
      ? nearest(said, issue.values.map(String))
      : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return [make('PROJECT_SETTING_INVALID', `${name}: ${spokenIssue(issue, said)}${hint}`, places.at(path))];
}

function make(code: 'PROJECT_UNKNOWN_KEY' | 'PROJECT_SETTING_INVALID', message: string, at: Location) {
  return projectErrors.error(code, { message, where: formatLocation(at) });
}

function spokenIssue(issue: Issue, said: unknown): string {
  const shown = typeof said === 'string' || typeof said === 'number' || typeof said === 'boolean';
  if (issue.code === 'invalid_value')
    return `${shown ? String(said) : 'this'} is none of ${issue.values.join(', ')}`;
  if (said === undefined && issue.code === 'invalid_type') return 'this is required';
  return issue.message;
}

/** A path as people name it: list entries by their name where they have one. */
function spoken(value: unknown, path: Path): string[] {
  let inner: unknown = value;
  return path.map((step) => {
    inner = childOf(inner, step);
    return typeof step === 'number' && isRecord(inner) && typeof inner['name'] === 'string'
      ? inner['name']
      : String(step);
  });
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(childOf, value);
}

function childOf(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return value[Number(step)] as unknown;
  return isRecord(value) ? own(value, String(step)) : undefined;
}

/** The keys that a schema knows at a path: candidates for "did you mean". */
function keysAt(schema: unknown, path: Path): string[] {
  const [step, ...rest] = path;
  return unwrapped(schema).flatMap((each) => {
    if (step === undefined) return each instanceof z.ZodObject ? Object.keys(each.shape) : [];
    return keysAt(childSchema(each, step), rest);
  });
}

function childSchema(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return own(schema.shape as Record<string, unknown>, String(step));
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

function unwrapped(schema: unknown): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  return schema === undefined ? [] : [schema];
}
