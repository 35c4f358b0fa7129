import type { MetricMeta } from '../server/metric-meta.ts';

export type Unit = MetricMeta['unit'];

const exact = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Whether a text is a number written out. */
export function isNumber(text: string): boolean {
  return exact.test(text);
}

/**
 * A number as it is shown: with separators, ratios as percent; every digit that it was told with, never through a float.
 * What is no number is shown as it is.
 */
export function shownNumber(text: string, unit: Unit): string {
  const [, sign = '', whole, fraction = ''] = exact.exec(text) ?? [];
  if (whole === undefined) return text;
  if (unit !== 'ratio') return `${sign}${grouped(whole)}${fraction === '' ? '' : `.${fraction}`}`;
  const moved = `${whole}${fraction.padEnd(2, '0').slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  const rest = fraction.slice(2);
  return `${sign}${grouped(moved)}${rest === '' ? '' : `.${rest}`} %`;
}

function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

/** A mark on an axis, which has no exact value behind it. */
export function shownTick(value: number, unit: Unit): string {
  return unit === 'ratio' ? percent.format(value).replace('%', ' %') : compact.format(value);
}

/** Orders numbers by their exact value; before them what is none. */
export function compareExact(left: string, right: string): number {
  const [, leftSign, leftWhole, leftFraction = ''] = exact.exec(left) ?? [];
  const [, rightSign, rightWhole, rightFraction = ''] = exact.exec(right) ?? [];
  if (leftWhole === undefined || rightWhole === undefined) {
    return Number(leftWhole !== undefined) - Number(rightWhole !== undefined);
  }
  const scale = Math.max(leftFraction.length, rightFraction.length);
  const a = BigInt(`${leftSign ?? ''}${leftWhole}${leftFraction.padEnd(scale, '0')}`);
  const b = BigInt(`${rightSign ?? ''}${rightWhole}${rightFraction.padEnd(scale, '0')}`);
  return a < b ? -1 : Number(a > b);
}

/** For the head of a column. */
export const shortUnits: Readonly<Record<Unit, string>> = {
  currency: 'own currency',
  reporting_currency: 'reporting currency',
  count: 'count',
  ratio: 'percent',
  hours: 'hours',
  minutes: 'minutes',
};

export const unitTitles: Readonly<Record<Unit, string>> = {
  currency: 'amount in its own currency',
  reporting_currency: 'amount in the reporting currency',
  count: 'count',
  ratio: 'percent',
  hours: 'hours',
  minutes: 'minutes',
};
