import { schedulerErrors } from '../errors.ts';

/** One field of a cron expression: which values it may hold. */
export interface FieldSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields by name; seconds are the sixth one in the text, as in croniter, and not the first. */
export const fieldSpecs = {
  second: { name: 'second', min: 0, max: 59, names: [] },
  minute: { name: 'minute', min: 0, max: 59, names: [] },
  hour: { name: 'hour', min: 0, max: 23, names: [] },
  dayOfMonth: { name: 'day-of-month', min: 1, max: 31, names: [] },
  month: { name: 'month', min: 1, max: 12, names: monthNames },
  // 7 is accepted as Sunday and folded to 0 after expansion.
  dayOfWeek: { name: 'day-of-week', min: 0, max: 7, names: dayNames },
} as const satisfies Record<string, FieldSpec>;

/** Expands lists, ranges, steps and names to the values at which a field matches, in order. */
export function expandField(text: string, spec: FieldSpec, field: string): readonly number[] {
  const values = new Set(field.split(',').flatMap((part) => expandPart(text, spec, part)));
  const folded = spec.name === 'day-of-week' ? new Set([...values].map((day) => day % 7)) : values;
  return [...folded].sort((a, b) => a - b);
}

function expandPart(text: string, spec: FieldSpec, part: string): readonly number[] {
  const match = /^(?:\*|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null) throw invalid(text, `its ${spec.name} field has "${part}"`);
  const [, low, high, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = low === undefined ? spec.min : fieldValue(text, spec, low);
  // A single value with a step (`5/15`) runs to the end of the field.
  const single = low !== undefined && stepText === undefined ? from : spec.max;
  const to = high === undefined ? single : rangeEnd(text, spec, high);
  if (step < 1 || to < from) throw invalid(text, `its ${spec.name} field has "${part}"`);
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** `FRI-SUN` ends with the Sunday after Friday. */
function rangeEnd(text: string, spec: FieldSpec, high: string): number {
  const value = fieldValue(text, spec, high);
  return spec.name === 'day-of-week' && value === 0 ? 7 : value;
}

/** One value of a field: a number within its bounds, or a name. */
export function fieldValue(text: string, spec: FieldSpec, value: string): number {
  const named = spec.names.indexOf(value.toUpperCase());
  const number = named === -1 ? Number(value) : named + spec.min;
  if (Number.isInteger(number) && number >= spec.min && number <= spec.max) return number;
  throw invalid(text, `its ${spec.name} field has "${value}", outside ${spec.min}-${spec.max}`);
}

/** The refusal of an expression. */
export function invalid(text: string, reason: string): Error {
  return schedulerErrors.error('CRON_INVALID', { message: `cron expression "${text}": ${reason}` });
}
