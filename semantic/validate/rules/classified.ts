import { namesIn } from '../sql-names.ts';
import { finding, realCubes } from './rule.ts';
import type { Rule } from './rule.ts';

/** No member is made of a personal column: not shown, not counted, not filtered by. */
export const classified: Rule = ({ model, marts }) =>
  realCubes(model).flatMap((cube) => {
    const columns = marts.get(cube.mart ?? '');
    const members = [
      ...[...cube.dimensions.values()].map(({ value, at }) => ({
        name: value.name,
        sql: value.sql,
        where: at('sql'),
      })),
      ...[...cube.segments.values()].map(({ value, at }) => ({
        name: value.name,
        sql: value.sql,
        where: at('sql'),
      })),
      ...[...cube.measures.values()].map(({ value, at }) => ({
        name: value.name,
        sql: [value.sql ?? '', ...(value.filters ?? []).map(({ sql }) => sql)].join(' '),
        where: at(value.sql === undefined ? 'filters' : 'sql'),
      })),
    ];
    return members.flatMap(({ name, sql, where }) =>
      namesIn(sql)
        .columns.filter((column) => columns?.get(column)?.isClosed === true)
        .map((column) =>
          finding(
            'classified',
            where,
            `${name} is made of ${column} of marts.${cube.mart}, which is personal`,
            'Leave it out, or use a key or a token of the mart in its place.',
          ),
        ),
    );
  });
