import type { QueryShape } from '../server/usage/missed-query.ts';
import { partsOf } from '../validate/model.ts';
import type { Cube, Exposed, Model, View } from '../validate/model.ts';

/** What a rollup must hold to answer a query, or why none can. */
export type Need =
  | {
      readonly kind: 'rollup';
      readonly cube: string;
      readonly measures: readonly string[];
      readonly dimensions: readonly string[];
      readonly timeDimension: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

const none = (reason: string): Need => ({ kind: 'none', reason });

/** By the members of the cube that a view shows. */
export function needOf(model: Model, shape: QueryShape): Need {
  const [first = ''] = [...shape.measures, ...shape.dimensions];
  const view = model.views.find(({ name }) => name === first.split('.')[0]);
  const cube = view === undefined ? undefined : model.cubes.get(view.exposed[0]?.path[0] ?? '');
  if (view === undefined || cube === undefined) return none('the model has no such view any more');
  if (shape.segments.length > 0) return none('a segment is a condition on rows that a rollup no longer has');
  const measures = shape.measures.flatMap((member) => leavesOf(view, cube, member));
  const odd = measures.find((each) => each.problem !== undefined);
  if (odd?.problem !== undefined) return none(`${odd.name} ${odd.problem}`);
  const dates = [...new Set(shape.dates.map(({ dimension }) => exposedOf(view, dimension)?.member))];
  if (dates.length > 1) return none('it asks by several dates');
  const timeDimension = dates[0] ?? defaultDate(view, cube, shape);
  if (timeDimension === undefined) return none('it asks by no date of the cube');
  const split = [...shape.dimensions, ...shape.filters].map((member) => exposedOf(view, member));
  if (split.some((each) => each?.member === timeDimension))
    return none('it filters by a date as by a value; a dateRange could be answered');
  const dimensions = split.flatMap((each) => (each === undefined ? [] : [nameFrom(cube, each)]));
  return {
    kind: 'rollup',
    cube: cube.name,
    measures: [...new Set(measures.map(({ name }) => name))].sort(),
    dimensions: [...new Set(dimensions)].sort(),
    timeDimension,
  };
}

function exposedOf(view: View, member: string): Exposed | undefined {
  return view.exposed.find(({ name }) => `${view.name}.${name}` === member);
}

/** As a rollup of the cube names it: with the cube that it is joined from. */
function nameFrom(cube: Cube, { cube: owner, member }: Exposed): string {
  return owner === cube.name ? member : `${owner}.${member}`;
}

function leavesOf(view: View, cube: Cube, member: string): { name: string; problem?: string }[] {
  const exposed = exposedOf(view, member);
  if (exposed === undefined || exposed.cube !== cube.name)
    return [{ name: member, problem: 'is of rows that are joined to those of the view, many to each' }];
  const parts = partsOf(cube, exposed.member);
  return parts.flatMap(({ value }) => {
    if (value.type === 'count_distinct')
      return [{ name: value.name, problem: 'counts distinct things, which do not add up' }];
    if (value.rolling_window !== undefined || value.multi_stage === true)
      return [{ name: value.name, problem: 'looks at other days than those of a row' }];
    return value.type === 'number' ? [] : [{ name: value.name }];
  });
}

/** Whoever asks by no date gets what is told by the date of the metric. */
function defaultDate(view: View, cube: Cube, shape: QueryShape): string | undefined {
  const [member = ''] = shape.measures;
  const measure = cube.measures.get(exposedOf(view, member)?.member ?? '');
  return measure?.value.meta?.time_dimension;
}
