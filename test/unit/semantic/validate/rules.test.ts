import { expect, it } from 'vitest';
import { rules } from '../../../../semantic/validate/finding.ts';
import { faultsOfMeaning } from './faults-of-meaning.ts';
import { faultsOfText } from './faults-of-text.ts';
import { findingsAfter, findingsIn } from './model-texts.ts';

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

it('a metric that was renamed is told where it is missed, and is no mistake in what was made of it', async () => {
  const findings = await findingsAfter({
    file: 'cubes/order_events.yml',
    from: '- name: gmv\n',
    to: '- name: gross_merchandise\n',
  });
  expect(findings.length).toBeGreaterThan(2);
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['references']));
});

it('every rule is broken above, or by a lock of its own', () => {
  const covered = new Set<string>(broken.map(({ rule }) => rule));
  expect(Object.keys(rules).filter((rule) => !covered.has(rule))).toEqual(['published']);
});

it('the configured reporting currency is what the metrics have to say', async () => {
  const euros = await findingsIn({ reporting: { code: 'EUR', digits: 2 } });
  expect(euros.map(({ message }) => message)).toContain(
    'the title of reporting_gmv speaks of USD, and the reporting currency is EUR',
  );
  const yen = await findingsIn({ reporting: { code: 'JPY', digits: 0 } });
  expect(yen.map(({ message }) => message)).toContain(
    'reporting_gmv counts its minor units as 0.01; of JPY they are whole ones',
  );
});
