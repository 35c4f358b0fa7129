import { expect, test } from 'vitest';
import { matchesPath, matchesPattern } from '../../../../transforms/engine/select/glob.ts';

test.each([
  ['a.b/c', '*', true],
  ['abc', 'a?c', true],
  ['abc', 'a?', false],
  ['abc', '[a-c]b[!d]', true],
  ['abc', '[!a]bc', false],
  ['a]c', 'a[]]c', true],
  ['a[c', 'a[c', true],
  ['a[]c', 'a[]c', true],
  ['a[!]c', 'a[!]c', true],
  ['a+b(c)', 'a+b(c)', true],
  ['aXb', 'a.b', false],
  ['a^', 'a[!b]', true],
  ['a^', 'a[^]', true],
  ['ab', 'a[z-a]', false],
  ['A', 'a', false],
  ['a\nb', 'a*b', true],
  ['ä', '?', true],
  ['a-b', 'a[a-]b', true],
])('%j matches %j: %s', (text, pattern, matches) => {
  expect(matchesPattern(text, pattern)).toBe(matches);
});

test.each([
  ['models/marts/core/a.sql', 'models/marts', true],
  ['models/marts/core/a.sql', 'models/marts/', true],
  ['models/marts/core/a.sql', 'models/mart', false],
  ['models/marts/core/a.sql', 'marts', false],
  ['models/marts/core/a.sql', 'models/*', true],
  ['models/marts/core/a.sql', 'models/*.sql', false],
  ['models/marts/core/a.sql', 'models/**/*.sql', true],
  ['models/a.sql', 'models/**/*.sql', true],
  ['models/a.sql', 'models/**', true],
  ['a.sql', '**', false],
  ['models/marts/core/a.sql', '**/core', true],
  ['models/marts/core/a.sql', './models/m?rts/*/a.sql', true],
  ['models/marts/core/a.sql', '', false],
])('the file %j is in %j: %s', (file, selector, matches) => {
  expect(matchesPath(file, selector)).toBe(matches);
});
