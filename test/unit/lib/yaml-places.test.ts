import { expect, it } from 'vitest';
import { readYaml } from '../../../lib/yaml-places.ts';

const text = 'a:\n  b:\n    - x: 1\n    - y: 2\n  c: 3\n';

it.each([
  [['a'], 1, 1],
  [['a', 'b'], 2, 3],
  [['a', 'b', 1], 4, 7],
  [['a', 'b', 1, 'y'], 4, 7],
  [['a', 'c'], 5, 3],
  // What is not there is told at the nearest thing around it.
  [['a', 'b', 1, 'z'], 4, 7],
  [['a', 'missing', 'deeper'], 1, 1],
])('%j is said in line %i, column %i', (path, line, column) => {
  expect(readYaml(text).placeOf(path)).toEqual({ line, column });
});

it('nothing around it is no place', () => {
  expect(readYaml(text).placeOf(['other'])).toBeUndefined();
  expect(readYaml('').placeOf(['a'])).toBeUndefined();
});

it('what is no YAML is told with its place, and has no value', () => {
  expect(readYaml('a: 1\nb: [')).toMatchObject({ value: undefined, problems: [{ line: 2 }] });
});

it('aliases that would fill the memory are a problem, not a crash', () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? 'l0: &l0 [x, x, x, x, x, x]'
      : `l${level}: &l${level} [${Array(6)
          .fill(`*l${level - 1}`)
          .join(', ')}]`,
  );
  expect(readYaml(levels.join('\n'))).toMatchObject({ value: undefined, problems: [{ code: 'BAD_ALIAS' }] });
});
