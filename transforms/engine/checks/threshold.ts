import type { TestConfig } from '../project/model.ts';
import { checkErrors } from './errors.ts';

/** A condition on the number of failures, as `error_if` and `warn_if` state it. */
export type Threshold = (failures: number) => boolean;

const comparisons: Readonly<Record<string, (failures: number, bound: number) => boolean>> = {
  '=': (failures, bound) => failures === bound,
  '==': (failures, bound) => failures === bound,
  '!=': (failures, bound) => failures !== bound,
  '<>': (failures, bound) => failures !== bound,
  '>': (failures, bound) => failures > bound,
  '>=': (failures, bound) => failures >= bound,
  '<': (failures, bound) => failures < bound,
  '<=': (failures, bound) => failures <= bound,
};

const number = String.raw`(-?\d+(?:\.\d+)?)`;
const comparison = new RegExp(String.raw`^(=|==|!=|<>|>=|>|<=|<)\s*${number}$`);
const range = new RegExp(String.raw`^(not\s+)?between\s+${number}\s+and\s+${number}$`, 'i');

/** Parses a condition; it never reaches the warehouse as text. Throws CHECK_CONDITION_INVALID. */
export function parseThreshold(text: string, where?: string): Threshold {
  const trimmed = text.trim();
  const [, operator, bound] = comparison.exec(trimmed) ?? [];
  const compare = comparisons[operator ?? ''];
  if (compare !== undefined) return (failures) => compare(failures, Number(bound));
  const between = range.exec(trimmed);
  if (between !== null) {
    const [, not, low, high] = between;
    return (failures) => (failures >= Number(low) && failures <= Number(high)) === (not === undefined);
  }
  throw checkErrors.error('CHECK_CONDITION_INVALID', {
    message: `"${text}" is no condition on a number of failures`,
    where,
  });
}

/** What a number of failures means: an error-severity check that does not fail may still warn. */
export function judge(
  config: Pick<TestConfig, 'severity' | 'errorIf' | 'warnIf'>,
  failures: number,
): 'pass' | 'warn' | 'fail' {
  if (config.severity === 'error' && parseThreshold(config.errorIf)(failures)) return 'fail';
  return parseThreshold(config.warnIf)(failures) ? 'warn' : 'pass';
}

/**
 * Whether any failure at all decides: only then are the rows of a delta as good as the whole table. Ten failures
 * allowed in all are not ten allowed in every run.
 */
export function countsAnyFailure(config: TestConfig): boolean {
  const isAny = (text: string): boolean => {
    const holds = parseThreshold(text);
    return !holds(0) && holds(1) && holds(2) && holds(1_000_000_007);
  };
  return config.failCalc === 'count(*)' && isAny(config.errorIf) && isAny(config.warnIf);
}
