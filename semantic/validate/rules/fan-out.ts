import type { Finding } from '../finding.ts';
import type { Cube, Exposed, Model, View } from '../model.ts';
import { columnOf } from '../sql-names.ts';
import { finding, realCubes } from './rule.ts';
import type { Looked, Rule } from './rule.ts';

/** Nothing is multiplied by a join to many, and no balance is added up over days. */
export const fanOut: Rule = (looked) => [
  ...looked.model.views.flatMap((view) => chasms(view, looked.model)),
  ...keyless(looked.model),
  ...windows(realCubes(looked.model)),
  ...balances(looked),
];

/** Steps of a path at which one row becomes many. */
function fans(path: readonly string[], { cubes }: Model): string[] {
  return path.slice(1).filter((to, index) => {
    const join = cubes.get(path[index] ?? '')?.joins.get(to);
    return join?.value.relationship === 'one_to_many';
  });
}

/** Two joins to many from one cube: each row of the one is met by each of the other. */
function chasms(view: View, model: Model): Finding[] {
  const branches = new Map<string, Exposed>();
  for (const member of view.exposed)
    for (const fan of fans(member.path, model)) branches.set(fan, branches.get(fan) ?? member);
  const [first, ...others] = [...branches];
  return others.flatMap(([fan, member]) =>
    member.path.includes(first?.[0] ?? '')
      ? []
      : [
          finding(
            'fan-out',
            member.where,
            `${view.name} joins many ${first?.[0]} and many ${fan}: each row of the one meets each of the other`,
            'Make two views; metrics of both can still be asked for together.',
          ),
        ],
  );
}

/** Cube tells rows that a join multiplied from rows that are many by their key, and only by that. */
function keyless({ cubes }: Model): Finding[] {
  const joined = [...cubes.values()].flatMap(({ name, joins }) =>
    joins.size > 0 ? [name, ...joins.keys()] : [],
  );
  return [...new Set(joined)].flatMap((name) => {
    const cube = cubes.get(name);
    const keys = [...(cube?.dimensions.values() ?? [])].filter(({ value }) => value.primary_key === true);
    if (cube === undefined || keys.length > 0) return [];
    return [
      finding(
        'fan-out',
        cube.said.at('name'),
        `${name} is joined, but has no primary key: a join to many would count its rows more than once`,
        'Mark its key with primary_key: true.',
      ),
    ];
  });
}

/** Different things of each day, added up over days, are counted once a day. */
function windows(cubes: readonly Cube[]): Finding[] {
  return cubes.flatMap((cube) =>
    [...cube.measures.values()]
      .filter(({ value }) => value.rolling_window !== undefined && value.type === 'count_distinct')
      .map(({ value, at }) =>
        finding(
          'fan-out',
          at('rolling_window'),
          `${value.name} adds up different things of each day over several days`,
          'Use a window over a sum or a count.',
        ),
      ),
  );
}

const semiAdditive = /semi-additive|never sum it over days/i;

/** A column that the mart calls semi-additive is a balance: only its movements add up. */
function balances({ model, marts }: Looked): Finding[] {
  return realCubes(model).flatMap((cube) =>
    [...cube.measures.values()].flatMap(({ value, at }) => {
      const column = columnOf(value.sql ?? '');
      const description = marts.get(cube.mart ?? '')?.get(column ?? '')?.description ?? '';
      if (value.type !== 'sum' || !semiAdditive.test(description)) return [];
      return [
        finding(
          'fan-out',
          at('sql'),
          `${value.name} adds up ${column}, a balance, over days`,
          'Add up the movements with rolling_window: { trailing: unbounded }, or take its min or max.',
        ),
      ];
    }),
  );
}
