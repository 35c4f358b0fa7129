import type { Finding } from '../finding.ts';
import type { Marts } from '../marts.ts';
import type { Cube, Model, Said } from '../model.ts';
import type { MeasureText, RollupText } from '../model-schema.ts';
import { columnOf } from '../sql-names.ts';
import { finding, notThere, realCubes } from './rule.ts';
import type { Rule } from './rule.ts';

/** Measures whose sums over days and values are what they are over all of them. */
const additive: readonly MeasureText['type'][] = ['count', 'sum', 'min', 'max'];

/** A rollup answers as the mart would: what is in it adds up, no row of the mart is left out, and it is of use. */
export const rollups: Rule = ({ model, marts }) =>
  realCubes(model).flatMap((cube) =>
    cube.rollups.flatMap((rollup, index) => [
      ...cube.rollups.slice(0, index).flatMap((earlier) => neverUsed(rollup, earlier)),
      ...rollup.value.measures.flatMap((name, place) => ofMeasure(cube, rollup, name, place)),
      ...(rollup.value.dimensions ?? []).flatMap((name, place) =>
        ofDimension(cube, model, rollup, name, place),
      ),
      ...ofDay(cube, rollup, marts),
    ]),
  );

function neverUsed({ value, at }: Said<RollupText>, { value: earlier }: Said<RollupText>): Finding[] {
  const covers = (all: readonly string[] = [], some: readonly string[] = []): boolean =>
    some.every((name) => all.includes(name));
  const isCovered =
    value.time_dimension === earlier.time_dimension &&
    covers(earlier.measures, value.measures) &&
    covers(earlier.dimensions, value.dimensions);
  if (!isCovered) return [];
  return [
    finding(
      'rollups',
      at('name'),
      `${value.name} is never read: ${earlier.name} stands before it and has all that it has`,
      'Put the smaller one first: the first that covers a query answers it.',
    ),
  ];
}

function ofMeasure(cube: Cube, { at }: Said<RollupText>, name: string, place: number): Finding[] {
  const where = at('measures', place);
  const measure = cube.measures.get(name)?.value;
  if (measure === undefined)
    return [notThere('rollups', where, `the measure ${name}`, name, cube.measures.keys())];
  if (name === cube.name)
    return [
      finding(
        'rollups',
        where,
        `Cube takes ${name} for the cube of that name`,
        'Give the cube another name: nobody sees it, and views stay as they are.',
      ),
    ];
  const isAdditive =
    additive.includes(measure.type) && measure.rolling_window === undefined && measure.multi_stage !== true;
  if (isAdditive) return [];
  return [
    finding(
      'rollups',
      where,
      `${name} does not add up over days and values, so no sum of it can be kept`,
      'Name the measures that it is made of (sum, count, min, max); what counts distinct things is not for a rollup.',
    ),
  ];
}

function ofDimension(
  cube: Cube,
  { cubes }: Model,
  { at }: Said<RollupText>,
  name: string,
  place: number,
): Finding[] {
  const where = at('dimensions', place);
  const [path = '', member] = name.split('.');
  if (member === undefined)
    return cube.dimensions.has(path)
      ? []
      : [notThere('rollups', where, `the dimension ${name}`, name, cube.dimensions.keys())];
  const join = cube.joins.get(path);
  if (join === undefined)
    return [notThere('rollups', where, `a join of ${cube.name} to ${path}`, path, cube.joins.keys())];
  if (join.value.relationship === 'one_to_many')
    return [
      finding(
        'rollups',
        where,
        `the join to ${path} multiplies rows of ${cube.name}`,
        'Make the rollup in the cube at the other end of the join.',
      ),
    ];
  const known = cubes.get(path)?.dimensions;
  return known?.has(member) === true
    ? []
    : [notThere('rollups', where, `the dimension ${name}`, member, known?.keys() ?? [])];
}

/** Rows without a day are in no month, so that a rollup by it would leave them out of every total. */
function ofDay(cube: Cube, { value, at }: Said<RollupText>, marts: Marts): Finding[] {
  const where = at('time_dimension');
  const day = cube.dimensions.get(value.time_dimension)?.value;
  if (day === undefined || day.type !== 'time')
    return [
      notThere(
        'rollups',
        where,
        `the date ${value.time_dimension}`,
        value.time_dimension,
        cube.dimensions.keys(),
      ),
    ];
  const column = columnOf(day.sql) ?? '';
  if (marts.get(cube.mart ?? '')?.get(column)?.isNeverNull === true) return [];
  return [
    finding(
      'rollups',
      where,
      `marts.${cube.mart} does not promise that every row has a ${column}: totals would lack those without`,
      `Use a date that every row has, or add not_null to ${column} in the mart's YAML, if that is so.`,
    ),
  ];
}
