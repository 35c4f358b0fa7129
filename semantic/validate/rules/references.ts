import type { Finding } from '../finding.ts';
import { familyOf } from '../marts.ts';
import type { MartColumn, Marts } from '../marts.ts';
import { publicMeasures } from '../model.ts';
import type { Cube, Model, Said } from '../model.ts';
import type { DimensionText, MeasureText } from '../model-schema.ts';
import { columnOf, namesIn } from '../sql-names.ts';
import { finding, notThere, realCubes } from './rule.ts';
import type { Looked, Rule } from './rule.ts';

type Columns = ReadonlyMap<string, MartColumn>;

/** Every member, column, cube and mart that is named exists, and a column has the type that its use needs. */
export const references: Rule = (looked) => [
  ...realCubes(looked.model).flatMap((cube) => ofCube(cube, looked)),
  ...[...looked.model.cubes.values()].flatMap(({ said }) =>
    said.value.extends === undefined || looked.model.cubes.has(said.value.extends)
      ? []
      : [
          finding(
            'references',
            said.at('extends'),
            `there is no cube ${said.value.extends}`,
            'Name the cube that is extended.',
          ),
        ],
  ),
  ...looked.model.views.flatMap(({ name, exposed }) =>
    exposed.flatMap(({ cube, member, where }) => {
      const own = looked.model.cubes.get(cube);
      if (own === undefined)
        return [notThere('references', where, `the cube ${cube}`, cube, looked.model.cubes.keys())];
      return membersOf(own).has(member)
        ? []
        : [
            notThere(
              'references',
              where,
              `${member}, which ${name} shows of ${cube}`,
              member,
              membersOf(own),
            ),
          ];
    }),
  ),
];

function ofCube(cube: Cube, { model, marts }: Looked): Finding[] {
  const columns = cube.mart === undefined ? undefined : marts.get(cube.mart);
  const where = cube.said.at(cube.said.value.sql_table === undefined ? 'sql' : 'sql_table');
  if (columns === undefined) {
    return [notThere('references', where, `the mart of ${cube.name}`, cube.mart ?? '', marts.keys())];
  }
  const known = new Set([...columns.keys(), ...cube.computed]);
  const ownColumns = (sql: string, place: string): Finding[] =>
    namesIn(sql)
      .columns.filter((column) => !known.has(column))
      .map((column) =>
        notThere('references', place, `the column ${column} of marts.${cube.mart}`, column, known),
      );
  return [
    ...ownColumns(cube.sql.replace(/\bfrom\s+marts\.\w+/i, 'from').replaceAll(/\bas\s+\w+/gi, ''), where),
    ...[...cube.dimensions.values()].flatMap((each) => [
      ...ownColumns(each.value.sql, each.at('sql')),
      ...memberNames(cube, each.value.sql, each.at('sql')),
      ...typeOfDimension(each, columns),
    ]),
    ...[...cube.segments.values()].flatMap((each) => ownColumns(each.value.sql, each.at('sql'))),
    ...[...cube.measures.values()].flatMap((each) => [
      ...ownColumns(each.value.sql ?? '', each.at('sql')),
      ...(each.value.filters ?? []).flatMap(({ sql }, index) => ownColumns(sql, each.at('filters', index))),
      ...memberNames(cube, each.value.sql ?? '', each.at('sql')),
      ...typeOfMeasure(each, columns),
    ]),
    ...publicMeasures(cube).flatMap((each) => namedInMeta(cube, each)),
    ...joinColumns(cube, model, marts),
  ];
}

function joinColumns(cube: Cube, model: Model, marts: Marts): Finding[] {
  return [...cube.joins.values()].flatMap(({ value, at }) => {
    const other = model.cubes.get(value.name);
    if (other === undefined)
      return [notThere('references', at('name'), `the cube ${value.name}`, value.name, model.cubes.keys())];
    return namesIn(value.sql).others.flatMap(({ cube: named, column }) => {
      const of = named === cube.name ? cube : other;
      const columns = of.mart === undefined ? undefined : marts.get(of.mart);
      if (columns === undefined || columns.has(column) || of.computed.includes(column)) return [];
      return [
        notThere('references', at('sql'), `the column ${column} of marts.${of.mart}`, column, columns.keys()),
      ];
    });
  });
}

function memberNames(cube: Cube, sql: string, place: string): Finding[] {
  const members = membersOf(cube);
  return namesIn(sql)
    .members.filter((name) => !members.has(name))
    .map((name) => notThere('references', place, `the member ${name} of ${cube.name}`, name, members));
}

function namedInMeta(cube: Cube, { value, at }: Said<MeasureText>): Finding[] {
  const date = value.meta?.time_dimension;
  const dates = [...cube.dimensions.values()].filter((each) => each.value.type === 'time');
  const dateNames = dates.map((each) => each.value.name);
  return [
    ...(date !== undefined && !dateNames.includes(date)
      ? [
          notThere(
            'references',
            at('meta', 'time_dimension'),
            `the date ${date} of ${cube.name}`,
            date,
            dateNames,
          ),
        ]
      : []),
    ...(value.drill_members ?? []).flatMap((member, index) =>
      cube.dimensions.has(member)
        ? []
        : [
            notThere(
              'references',
              at('drill_members', index),
              `the dimension ${member} of ${cube.name}`,
              member,
              cube.dimensions.keys(),
            ),
          ],
    ),
  ];
}

function typeOfDimension({ value, at }: Said<DimensionText>, columns: Columns): Finding[] {
  const column = columns.get(columnOf(value.sql) ?? '');
  // A key is compared, never shown: text does for one that is a number.
  if (column === undefined || value.primary_key === true || familyOf(column.type) === value.type) return [];
  const message = `${value.name} is of type ${value.type}, its column is ${column.type}`;
  return [finding('references', at('type'), message, `Write type: ${familyOf(column.type)}.`)];
}

function typeOfMeasure({ value, at }: Said<MeasureText>, columns: Columns): Finding[] {
  const column = columns.get(columnOf(value.sql ?? '') ?? '');
  if (column === undefined || value.type !== 'sum' || familyOf(column.type) === 'number') return [];
  const message = `${value.name} adds up a column of type ${column.type}`;
  return [finding('references', at('sql'), message, 'Add up a column of numbers, or count.')];
}

function membersOf({ dimensions, measures, segments, hierarchies }: Cube): Set<string> {
  return new Set([...dimensions.keys(), ...measures.keys(), ...segments.keys(), ...hierarchies]);
}
