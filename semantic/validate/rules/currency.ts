import { partsOf, publicMeasures } from '../model.ts';
import { columnOf, namesIn } from '../sql-names.ts';
import type { Cube, Said } from '../model.ts';
import type { MeasureText } from '../model-schema.ts';
import type { Finding } from '../finding.ts';
import { finding, realCubes } from './rule.ts';
import type { Rule } from './rule.ts';

/** The measures of cubes/money.yml that fail a statement which would add two currencies. */
const guard = /^one_currency/;

/** Amounts are shown by a measure that refuses to add two currencies, and never as they are. */
export const currency: Rule = ({ model }) =>
  realCubes(model).flatMap((cube) => publicMeasures(cube).flatMap((measure) => amounts(cube, measure)));

function isMember({ measures, dimensions, segments }: Cube, name: string): boolean {
  return measures.has(name) || dimensions.has(name) || segments.has(name);
}

function amounts(cube: Cube, measure: Said<MeasureText>): Finding[] {
  const { value, at } = measure;
  const parts = partsOf(cube, value.name);
  // What it is made of is not there, which `references` tells.
  if (parts.some((part) => namesIn(part.value.sql ?? '').members.some((name) => !isMember(cube, name))))
    return [];
  const columns = parts.flatMap((part) => namesIn(part.value.sql ?? '').columns);
  const sums = parts
    .filter((part) => part.value.type === 'sum')
    .map((part) => columnOf(part.value.sql ?? '') ?? '');
  const hasAmounts = sums.some((column) => column.endsWith('_minor'));
  const isGuarded = parts.some((part) => guard.test(part.value.name));
  const unit = value.meta?.unit;
  const tell = (message: string, remedy: string): Finding[] => [
    finding('currency', at('name'), message, remedy),
  ];
  if (unit === 'currency' && !isGuarded) {
    return tell(
      `${value.name} would add amounts of different currencies`,
      'Extend the cube money, and multiply by {one_currency}.',
    );
  }
  if (unit === 'reporting_currency' && !sums.every((column) => column.startsWith('reporting_'))) {
    return tell(
      `${value.name} is in the reporting currency, but adds up ${sums.join(', ')}`,
      'Add up the reporting_minor of the mart.',
    );
  }
  if (unit === 'count' && hasAmounts) {
    return tell(
      `${value.name} is no count: it adds up ${columns.join(', ')}`,
      'Say unit: currency, and multiply by {one_currency}.',
    );
  }
  return [];
}
