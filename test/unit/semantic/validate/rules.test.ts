import { expect, it } from 'vitest';
import { rules } from '../../../../semantic/validate/finding.ts';
import { faultsOfMeaning } from './faults-of-meaning.ts';
import { faultsOfText } from './faults-of-text.ts';
import { findingsAfter } from './model-texts.ts';

const broken = [...faultsOfText, ...faultsOfMeaning];

it('the product’s own model breaks no rule', async () => {
  expect(await findingsAfter()).toEqual([]);
});

it.each(broken)('$rule: $what', async ({ rule, line, message, ...edit }) => {
  const findings = await findingsAfter(edit);
  const found = findings.filter((each) => each.rule === rule);
  expect(found).toContainEqual({
    rule,
    message: expect.stringMatching(message),
    where: expect.stringMatching(line),
    remedy: expect.stringMatching(/.{8}/),
  });
});

it('every rule is broken above, or by a lock of its own', () => {
  const covered = new Set<string>(broken.map(({ rule }) => rule));
  expect(Object.keys(rules).filter((rule) => !covered.has(rule))).toEqual(['published']);
});
