import { describe, expect, test } from 'vitest';
import { corpusGroups, ourOutcome } from './corpus.ts';

describe.each(corpusGroups())('as Python Jinja2 3.1.6: %s', (_, cases) => {
  test.each(cases.map((one) => [one.template, one] as const))('%s', (_template, one) => {
    const outcome = ourOutcome(one);
    if (one.error === true) expect(outcome).toHaveProperty('error');
    else expect(outcome).toEqual({ text: one.expected });
  });
});
