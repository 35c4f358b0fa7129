import fc from 'fast-check';
import { expect, test } from 'vitest';
import { corpusGroups, ourOutcome } from './corpus.ts';

const templates = corpusGroups().flatMap(([, cases]) => cases.map((one) => one.template));
const pieces = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  '-',
  '|',
  '(',
  ')',
  '[',
  ']',
  "'",
  '"',
  '\\',
  ' if ',
  ' for x in ',
  'endfor',
  '\0',
  '😀',
  '9',
  '**',
];

/** A template of the corpus, cut and glued to another with a piece of syntax between. */
const mutated = fc
  .tuple(
    fc.constantFrom(...templates),
    fc.constantFrom(...templates),
    fc.constantFrom(...pieces),
    fc.nat(),
    fc.nat(),
  )
  .map(([a, b, piece, i, j]) => a.slice(0, i % (a.length + 1)) + piece + b.slice(j % (b.length + 1)));

/** Anything but a typed error is thrown on by `ourOutcome`. */
function isSettled(template: string): void {
  expect(Object.keys(ourOutcome({ template }))).toHaveLength(1);
}

// The machine may be busy: the time is not what is tested.
const TIMEOUT = 60_000;

test('mutated templates render or fail with a typed error', { timeout: TIMEOUT }, () => {
  fc.assert(fc.property(mutated, isSettled), { numRuns: 1000, endOnFailure: true });
});

test('any text renders or fails with a typed error', { timeout: TIMEOUT }, () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const soup = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 20 });
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        soup.map((parts) => parts.join('')),
      ),
      isSettled,
    ),
    { numRuns: 500, endOnFailure: true },
  );
});
