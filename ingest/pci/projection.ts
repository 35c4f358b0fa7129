import type { FieldRule, FieldRules, StreamRules } from './field-rules.ts';
import { compileLeaf } from './leaf-rules.ts';
import type { Json, LeafContext, LeafOutput, LeftOut } from './leaf-rules.ts';
import type { PanHit, Protection } from './protection.ts';

/** A field that was left out although nothing says that it should be: by name and type, never by value. */
export interface UnknownField {
  /** Dotted, `[]` for the elements of a list: `refunds.data[].reason`. */
  readonly path: string;
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  readonly reason: LeftOut;
}

export interface FieldHit extends PanHit {
  readonly path: string;
}

/** What is left of an object, and what was noted on the way. */
export interface Projected {
  readonly data: Readonly<Record<string, Json>>;
  readonly unknown: readonly UnknownField[];
  readonly hits: readonly FieldHit[];
}

/** Turns an object of a source into what may be kept of it. Pure but for keys made by `seal`. */
export interface Projection {
  readonly rules: StreamRules;
  (object: Readonly<Record<string, unknown>>): Projected;
}

/**
 * Compiles a stream's rules, once per stream. Call the result right after parsing a response, before anything is
 * written, logged or put into an error; after the last object of a batch await `protection.settle()`, then publish.
 *
 * ```ts
 * const project = compileProjection(charges, protection);
 * const { data, unknown, hits } = project(charge);
 * // data: { id: 'ch_1', amount: 1200, billing_details: { email: 'enc1_…', email_token: 'tkv2_…' } }
 * // unknown: [{ path: 'new_thing.inner', type: 'string', reason: 'not declared' }], for the schema registry
 * // hits: [{ path: 'description', brand: 'visa', digits: 16, form: 'plain', token: 'tkv2_…' }], for the alarm
 * ```
 */
export function compileProjection(rules: StreamRules, protection: Protection): Projection {
  const convert = compileObject(rules.fields, '', protection);
  const subjectOf = compileSubject(rules);
  const project = (object: Readonly<Record<string, unknown>>): Projected => {
    const unknown = new Map<string, UnknownField>();
    const hits: FieldHit[] = [];
    const data = convert(object, {
      subject: subjectOf(object),
      hit: (path, found) => void hits.push(...found.map((each) => ({ path, ...each }))),
      leaveOut: (path, value, reason) => {
        const type = typeOf(value);
        unknown.set(`${path} ${type}`, { path, type, reason });
      },
    });
    return { data, unknown: unknown.size === 0 ? none : [...unknown.values()], hits };
  };
  return Object.assign(project, { rules });
}

const none: readonly UnknownField[] = [];

type ConvertObject = (value: object, context: LeafContext) => Record<string, Json>;
type WriteField = (value: unknown, target: Record<string, Json>, context: LeafContext) => void;

function compileObject(rules: FieldRules, prefix: string, protection: Protection): ConvertObject {
  const fields = new Map<string, WriteField>();
  for (const [name, rule] of Object.entries(rules))
    fields.set(name, compileField(name, rule, `${prefix}${name}`, protection));
  return (object, context) => {
    const target: Record<string, Json> = {};
    for (const [name, value] of Object.entries(object)) {
      const write = fields.get(name);
      if (write !== undefined) write(value, target, context);
      // A name comes from outside as much as a value does.
      else context.leaveOut(`${prefix}${protection.scrub(name).text}`, value, 'not declared');
    }
    return target;
  };
}

function compileField(
  name: string,
  rule: FieldRules[string],
  path: string,
  protection: Protection,
): WriteField {
  if (typeof rule === 'string') return writeOutputs(name, path, compileLeaf(rule, protection));
  if (isList(rule)) return writeList(name, path, rule[0], protection);
  const convert = compileObject(rule, `${path}.`, protection);
  return (value, target, context) => {
    if (value === null) target[name] = null;
    else if (isObject(value)) target[name] = convert(value, context);
    else context.leaveOut(path, value, 'another shape');
  };
}

function writeOutputs(name: string, path: string, outputs: readonly LeafOutput[]): WriteField {
  return (value, target, context) => {
    for (const { suffix, convert } of outputs) {
      const kept = convert(value, path, context);
      if (kept !== undefined) target[`${name}${suffix}`] = kept;
    }
  };
}

function writeList(
  name: string,
  path: string,
  element: FieldRule | FieldRules,
  protection: Protection,
): WriteField {
  const elementPath = `${path}[]`;
  const outputs: readonly LeafOutput[] =
    typeof element === 'string'
      ? compileLeaf(element, protection)
      : [objectOutput(element, path, protection)];
  return (value, target, context) => {
    if (value === null) return void (target[name] = null);
    if (!Array.isArray(value)) return context.leaveOut(path, value, 'another shape');
    for (const { suffix, convert } of outputs) {
      const kept = value
        .map((each: unknown) => convert(each, elementPath, context))
        .filter((each) => each !== undefined);
      if (suffix !== '_token_before' || kept.length > 0) target[`${name}${suffix}`] = kept;
    }
  };
}

function objectOutput(rules: FieldRules, path: string, protection: Protection): LeafOutput {
  const convertObject = compileObject(rules, `${path}[].`, protection);
  return {
    suffix: '',
    convert: (value, elementPath, context) => {
      if (isObject(value)) return convertObject(value, context);
      context.leaveOut(elementPath, value, 'another shape');
      return undefined;
    },
  };
}

function compileSubject(rules: StreamRules): (object: object) => string | undefined {
  const paths = [rules.subject ?? []].flat().map((path) => path.split('.'));
  return (object) => {
    for (const path of paths) {
      const id = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), object);
      if ((typeof id === 'string' && id !== '') || typeof id === 'number') return `${rules.source}:${id}`;
    }
    return undefined;
  };
}

function isList(rule: FieldRules[string]): rule is readonly [FieldRule | FieldRules] {
  return Array.isArray(rule);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): UnknownField['type'] {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}
