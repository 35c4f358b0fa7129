import type { Finding } from '../finding.ts';
import { publicMeasures } from '../model.ts';
import type { Model } from '../model.ts';
import { finding } from './rule.ts';
import type { Rule } from './rule.ts';

const good = /^[a-z][a-z0-9_]*$/;

/** Names are such as SQL and people can say, and no two metrics have the same. */
export const names: Rule = ({ model }) => [
  ...misspelt(model),
  ...doubled(model),
  ...[...model.cubes.values()].flatMap((cube) =>
    model.views
      .filter(({ name }) => name === cube.name)
      .map(({ said }) =>
        finding(
          'names',
          said.at('name'),
          `a cube is called ${cube.name}, too`,
          'Give the view a name of its own.',
        ),
      ),
  ),
];

function misspelt({ cubes, views }: Model): Finding[] {
  const named = [
    ...[...cubes.values()].flatMap((cube) => [
      { name: cube.name, where: cube.said.at('name') },
      ...[cube.dimensions, cube.measures, cube.segments].flatMap((members) =>
        [...members].map(([name, member]) => ({ name, where: member.at('name') })),
      ),
    ]),
    ...views.flatMap(({ name, said, exposed }) => [
      { name, where: said.at('name') },
      ...exposed.map((member) => ({ name: member.name, where: member.where })),
    ]),
  ];
  return named
    .filter(({ name }) => !good.test(name))
    .map(({ name, where }) =>
      finding(
        'names',
        where,
        `"${name}" is no name`,
        'Use lower-case letters, digits and _, a letter first.',
      ),
    );
}

function doubled({ cubes, views }: Model): Finding[] {
  const first = new Map<string, string>();
  return views.flatMap((view) => {
    const own = new Set<string>();
    return view.exposed.flatMap(({ name, cube, member, where }) => {
      const twice = own.has(name);
      own.add(name);
      if (twice) {
        return [
          finding('names', where, `${view.name} has two members ${name}`, 'Give one of them an alias.'),
        ];
      }
      const owner = cubes.get(cube);
      const isMetric =
        owner !== undefined && publicMeasures(owner).some(({ value }) => value.name === member);
      if (!isMetric) return [];
      const other = first.get(name);
      first.set(name, other ?? view.name);
      return other === undefined
        ? []
        : [
            finding(
              'names',
              where,
              `the metric ${name} is in the view ${other}, too: asked by its name, which one is meant?`,
              'Show it in one view, or give it an alias.',
            ),
          ];
    });
  });
}
