import type { Finding } from '../finding.ts';
import type { Model, View } from '../model.ts';
import { finding } from './rule.ts';
import type { Rule } from './rule.ts';

/** A view goes from one cube, by joins that are declared, and to each other cube by one way only. */
export const joins: Rule = ({ model }) =>
  model.views.flatMap((view) => [...roots(view), ...undeclared(view, model), ...ambiguous(view)]);

function placesOf(view: View): { readonly path: readonly string[]; readonly where: string }[] {
  return view.said.value.cubes.map(({ join_path: path }, index) => ({
    path: path.split('.'),
    where: view.said.at('cubes', index, 'join_path'),
  }));
}

function roots(view: View): Finding[] {
  const places = placesOf(view);
  const root = places[0]?.path[0];
  return places
    .filter(({ path }) => path[0] !== root)
    .map(({ path, where }) =>
      finding(
        'joins',
        where,
        `${view.name} begins at ${root}, this path at ${path[0]}: nothing joins them`,
        `Begin the path with ${root}, or make two views.`,
      ),
    );
}

function undeclared(view: View, { cubes }: Model): Finding[] {
  return placesOf(view).flatMap(({ path, where }) =>
    path.slice(1).flatMap((to, index) => {
      const from = cubes.get(path[index] ?? '');
      if (from === undefined || from.joins.has(to)) return [];
      return [
        finding('joins', where, `${from.name} has no join to ${to}`, `Declare the join in ${from.name}.`),
      ];
    }),
  );
}

function ambiguous(view: View): Finding[] {
  const ways = new Map<string, string>();
  return placesOf(view).flatMap(({ path, where }) => {
    const to = path.at(-1) ?? '';
    const way = path.join('.');
    const other = ways.get(to);
    ways.set(to, other ?? way);
    return other === undefined || other === way
      ? []
      : [
          finding(
            'joins',
            where,
            `${view.name} reaches ${to} by ${other} and by ${way}: an answer can only go one way`,
            'Keep one way; what the other one means is a cube of its own.',
          ),
        ];
  });
}
