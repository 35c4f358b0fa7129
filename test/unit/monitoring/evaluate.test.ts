import { expect, it } from 'vitest';
import { parseAlertFile } from '../../../monitoring/alert-file.ts';
import { evaluateAlarms, tellable } from '../../../monitoring/evaluator/evaluate.ts';
import type { Statuses } from '../../../monitoring/evaluator/evaluate.ts';
import { instancesOf } from '../../../monitoring/evaluator/instances.ts';
import { inOrder } from '../../../monitoring/link-alarms.ts';
import { alarmsIn } from '../../../monitoring/load-alerts.ts';
import { world } from './synthetic.ts';

const content = `owner: o
runbook: r
alarms:
  - kind: composite
    id: rows-lost
    summary: Rows of a source are set aside and its shape has changed
    per: { source: [shop, stripe] }
    rule: ALARM(aside) AND ALARM(changed)
    suppressor: { alarm: refused, wait: 2m, extension: 3m }
    tell: { severity: page, cause: 'source/{source}', dedupe_key: 'rows-lost/{source}', auto_resolve: true }
${['aside quarantine_ratio', 'changed drift_open_pages', 'refused capture_refused']
  .map((each) => each.split(' '))
  .map(
    ([id, metric]) => `  - kind: metric
    id: ${id}
    summary: S
    ${id === 'refused' ? '' : "per: { source: '*' }"}
    metric: ${metric}
    statistic: Maximum
    period: 5m
    evaluation_periods: 1
    datapoints_to_alarm: 1
    comparison: GreaterThanThreshold
    threshold: 0
    missing: ignore`,
  )
  .join('\n')}
`;
const instances = instancesOf(inOrder(alarmsIn(parseAlertFile(content, 'x.yml'), new Set(['r']))));
const minute = 60_000;

it('a composite alarm of a source watches the alarms of that source, and waits for its suppressor', () => {
  let statuses: Statuses = new Map();
  // Stripe is only half wrong; capture refuses from minute 20 to 30.
  const wrong = world(
    { 'quarantine_ratio/shop': 1, 'drift_open_pages/shop': 1, 'drift_open_pages/stripe': 1 },
    0,
    Infinity,
  );
  const refused = world({ capture_refused: 1 }, 20 * minute, 30 * minute);
  const told: string[] = [];
  for (let at = 0; at <= 40; at += 1) {
    const until = at >= 25 ? world({}, 0, 0) : wrong;
    statuses = evaluateAlarms(
      instances,
      statuses,
      (metric, ...rest) => (metric === 'capture_refused' ? refused : until)(metric, ...rest),
      at * minute,
    );
    const keys = tellable(instances, statuses).map(({ key }) => key);
    if (keys.join(' ') !== told.at(-1)?.replace(/^\d+ ?/, '')) told.push(`${at} ${keys.join(' ')}`);
  }
  // In ALARM once minute 0 is in the window, told two minutes later. Capture refuses until the window of minute 31; three
  // minutes later the end, which came in minute 25, is told.
  expect(told).toEqual(['0 ', '3 rows-lost{source=shop}', '34 ']);
  expect(statuses.get('rows-lost{source=stripe}')?.state).toBe('OK');
  expect(statuses.get('rows-lost{source=shop}')).toMatchObject({ state: 'OK', sinceMs: 25 * minute });
});
