import { ShopwaveError, errorCatalog, messageOf } from '../errors.ts';
import type { ErrorInput } from '../errors.ts';
import { formatLocation } from './location.ts';
import type { Location } from './location.ts';

const catalog = errorCatalog({
  JINJA_SYNTAX: {
    summary: 'A template cannot be parsed.',
    remedy: 'Correct the template at the place the message points to.',
    retryable: false,
  },
  JINJA_UNDEFINED: {
    summary: 'A template uses a name, attribute or item that does not exist in a way that needs a value.',
    remedy: 'Define the name, correct its spelling, or guard it with `is defined` or `| default(...)`.',
    retryable: false,
  },
  JINJA_TYPE: {
    summary: 'An operation of a template met a value of a type or size it cannot work on.',
    remedy: 'Convert the value first, or correct the expression.',
    retryable: false,
  },
  JINJA_ARGUMENTS: {
    summary: 'A macro, filter, test or method was called with arguments it does not take.',
    remedy: 'Compare the call with the signature in the message.',
    retryable: false,
  },
  JINJA_LIMIT: {
    summary: 'A template went over one of the limits on steps, output, recursion or sizes.',
    remedy: 'Look for a loop or a macro that does not end; raise the limit only when the work is meant.',
    retryable: false,
  },
  JINJA_ASYNC: {
    summary: 'A template called something that has to wait, in a place that cannot wait.',
    remedy: 'Guard the call with `{% if execute %}`: while a project is parsed, nothing can be queried.',
    retryable: false,
  },
  JINJA_UNSUPPORTED: {
    summary: 'A template uses a part of Jinja2 that does not exist in this project.',
    remedy: 'Write it with macros instead; the message names the construct.',
    retryable: false,
  },
  JINJA_HOST: {
    summary: 'A function offered to templates failed with an error of its own.',
    remedy: 'See the cause; it is not an error of the template language.',
    retryable: true,
  },
});

export const jinjaErrors = catalog;

/** The codes of this folder. */
export type JinjaCode = keyof typeof catalog.kinds;

/** Throws without a place: the nearest node that is being evaluated adds it. */
export function fail(code: JinjaCode, message: string, remedy?: string): never {
  throw catalog.error(code, { message, remedy });
}

/** Throws with a place, where there is no node yet. */
export function failAt(code: JinjaCode, message: string, at: Location): never {
  throw catalog.error(code, { message, where: formatLocation(at) });
}

/** Errors that already carry the place where they arose; later boundaries only add to their stack. */
const placed = new WeakSet<ShopwaveError>();

/**
 * The error as it leaves a macro or a template: with the place where it arose, and one line per macro around it.
 * Typed errors keep their code and remedy; a JavaScript stack overflow is the recursion limit seen from below.
 */
export function located(error: unknown, at: Location, stackLine?: string): ShopwaveError {
  const stack = stackLine === undefined ? '' : `\n  ${stackLine}`;
  if (error instanceof ShopwaveError) {
    if (placed.has(error) && stack === '') return error;
    return mark(error, { where: error.where ?? formatLocation(at), message: error.message + stack });
  }
  const limit = error instanceof RangeError ? limitBehind(error.message) : undefined;
  const kind = limit === undefined ? 'JINJA_HOST' : 'JINJA_LIMIT';
  const said = limit ?? messageOf(error);
  const made = catalog.error(kind, { message: said + stack, where: formatLocation(at), cause: error });
  placed.add(made);
  return made;
}

/** JavaScript's own limits, seen from below. */
function limitBehind(message: string): string | undefined {
  if (/call stack/i.test(message)) return 'calls or expressions are nested too deeply';
  if (/invalid (?:string|array) length|maximum size exceeded|invalid count value|bigint size/i.test(message))
    return 'a text, list or number is too large';
  return undefined;
}

function mark(error: ShopwaveError, change: ErrorInput): ShopwaveError {
  const kind = { summary: '', remedy: error.remedy, retryable: error.retryable };
  const made = new ShopwaveError(error.code, kind, { ...change, cause: error.cause ?? error });
  placed.add(made);
  return made;
}
