import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parseAlertFile } from '../../../monitoring/alert-file.ts';
import { inOrder } from '../../../monitoring/link-alarms.ts';
import { alarmsIn, loadAlerts } from '../../../monitoring/load-alerts.ts';

const good = `owner: data-engineering
runbook: slot
alarms:
  - kind: metric
    id: a
    summary: A
    metric: slot_lost
    statistic: Maximum
    period: 5m
    evaluation_periods: 3
    datapoints_to_alarm: 2
    comparison: GreaterThanThreshold
    threshold: 0
    missing: breaching
  - kind: composite
    id: b
    summary: B
    rule: ALARM(a) AND NOT OK(c)
    tell: { severity: page, cause: slot, dedupe_key: b, auto_resolve: true }
  - kind: metric
    id: c
    summary: C
    per: { source: [shop, stripe] }
    metric: quarantine_ratio
    statistic: Maximum
    period: 5m
    evaluation_periods: 1
    datapoints_to_alarm: 1
    comparison: GreaterThanThreshold
    threshold: 0
    missing: ignore
`;

function load(content: string) {
  return inOrder(alarmsIn(parseAlertFile(content, 'x.yml'), new Set(['slot'])));
}

// What is changed in the file above, then the code, the words, and where.
test.each<[string, string, string, RegExp, string]>([
  ['owner: data-engineering', 'owner: [', 'ALERT_INVALID', /no YAML/, 'x.yml:2:'],
  ['owner: data-engineering\n', '', 'ALERT_INVALID', /owner/, 'x.yml'],
  ['owner: data-engineering', 'ovner: x\nowner: y', 'ALERT_INVALID', /ovner/, 'x.yml:1:1'],
  ['runbook: slot', 'runbook: slott', 'RUNBOOK_MISSING', /no runbook "slott"/, 'x.yml:2:1'],
  ['kind: metric', 'kind: metrik', 'ALERT_INVALID', /kind/, 'x.yml:4:5'],
  ['id: a', 'id: A b', 'ALERT_INVALID', /lower case/, 'x.yml:5:5'],
  ['metric: slot_lost', 'metric: slot_lots', 'METRIC_UNKNOWN', /no metric "slot_lots"/, 'x.yml:7:5'],
  ['metric: slot_lost', 'metric: constructor', 'METRIC_UNKNOWN', /no metric "constructor"/, 'x.yml:7:5'],
  ['statistic: Maximum', 'statistic: p0', 'ALERT_INVALID', /a percentile such as p95/, 'x.yml:8:5'],
  ['period: 5m', 'period: 5 m', 'ALERT_INVALID', /a duration such as/, 'x.yml:9:5'],
  ['period: 5m', 'period: 90s', 'WINDOW_IMPOSSIBLE', /whole minutes/, 'x.yml:9:5'],
  ['period: 5m', 'period: 0m', 'WINDOW_IMPOSSIBLE', /whole minutes/, 'x.yml:9:5'],
  ['period: 5m', 'period: 2d', 'WINDOW_IMPOSSIBLE', /up to a day/, 'x.yml:9:5'],
  ['period: 5m', 'period: 1m', 'WINDOW_IMPOSSIBLE', /every 5m 0s; a shorter period is empty/, 'x.yml:9:5'],
  [
    'evaluation_periods: 3',
    'evaluation_periods: 289',
    'WINDOW_IMPOSSIBLE',
    /longer than 1 day/,
    'x.yml:10:5',
  ],
  ['evaluation_periods: 3', 'evaluation_periods: 0', 'ALERT_INVALID', /evaluation_periods/, 'x.yml:10:5'],
  ['datapoints_to_alarm: 2', 'datapoints_to_alarm: 4', 'WINDOW_IMPOSSIBLE', /4 datapoints/, 'x.yml:11:5'],
  ['threshold: 0', 'threshold: .nan', 'ALERT_INVALID', /threshold/, 'x.yml:13:5'],
  ['missing: breaching', 'missing: bad', 'ALERT_INVALID', /missing/, 'x.yml:14:5'],
  ['    missing: breaching\n', '', 'ALERT_INVALID', /missing/, 'x.yml:4:5'],
  ['metric: slot_lost', 'metric: pan_hits', 'WINDOW_IMPOSSIBLE', /silence means nothing/, 'x.yml:14:5'],
  ['metric: slot_lost', 'metric: quarantine_ratio', 'METRIC_UNKNOWN', /measured per source/, 'x.yml:4:5'],
  ['ALARM(a) AND', 'ALARM(a) UND', 'RULE_INVALID', /"UND" is not expected/, 'x.yml:18:5'],
  ['ALARM(a) AND', 'ALARM(z) AND', 'RULE_INVALID', /no alarm "z"/, 'x.yml:16:5'],
  ['ALARM(a) AND', 'ALARM(b) AND', 'RULE_INVALID', /watches itself: b > b/, 'x.yml:16:5'],
  ['ALARM(a) AND NOT OK(c)', 'OK(c)', 'RULE_INVALID', /one alarm per source, b is not/, 'x.yml:16:5'],
  ['severity: page', 'severity: high', 'ALERT_INVALID', /severity/, 'x.yml:19:13'],
  ['cause: slot', "cause: 'slot/{source}'", 'ALERT_INVALID', /\{source\} stands for nothing/, 'x.yml:19:29'],
  ['id: c', 'id: a', 'ALERT_INVALID', /a is defined twice, first in x.yml:5:5/, 'x.yml:21:5'],
  ['source: [shop, stripe]', 'source: [shop, amazon]', 'METRIC_UNKNOWN', /no value "amazon"/, 'x.yml:23:12'],
  ['source: [shop, stripe]', "sourze: '*'", 'METRIC_UNKNOWN', /no dimension "sourze"/, 'x.yml:23:12'],
  [
    'source: [shop, stripe]',
    "source: '*', mart: '*'",
    'METRIC_UNKNOWN',
    /not measured per mart/,
    'x.yml:23:25',
  ],
])('%s as %s', (before, after, code, words, where) => {
  // The rule of the good file watches an alarm per source, which only a rule per source may.
  const base = good.replace('AND NOT OK(c)', before.includes('OK(c)') ? 'AND NOT OK(c)' : 'AND TRUE');
  expect(base).toContain(before);
  const run = () => load(base.replace(before, after));
  expect(run).toThrow(
    expect.objectContaining({
      code: `MONITORING_${code}`,
      message: expect.stringMatching(words) as string,
      where: expect.stringContaining(where) as string,
    }),
  );
});

it('a file that is right loads', () => {
  expect(load(good.replace(' AND NOT OK(c)', '')).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

describe('composite alarms', () => {
  const composite = (id: string, rule: string, more = '') =>
    `  - { kind: composite, id: ${id}, summary: S, rule: ${rule}${more} }\n`;
  const head = 'owner: o\nrunbook: slot\nalarms:\n';

  it('stand behind those that they watch, suppressors included', () => {
    const alarms = load(
      head +
        composite('x', 'ALARM(y)', ', suppressor: { alarm: z, wait: 1m, extension: 2m }') +
        composite('y', 'ALARM(z)') +
        composite('z', 'NOT TRUE'),
    );
    expect(alarms.map(({ id }) => id)).toEqual(['z', 'y', 'x']);
    expect(alarms.at(-1)).toMatchObject({
      suppressor: { alarm: 'z', waitSeconds: 60, extensionSeconds: 120 },
    });
  });

  it('do not watch each other in a circle', () => {
    const content =
      head + composite('x', 'ALARM(y)') + composite('y', 'ALARM(z)') + composite('z', 'NOT OK(y)');
    expect(() => load(content)).toThrow(/watches itself: y > z > y/);
  });

  it('are told apart by all that they are made for', () => {
    const per =
      ", per: { source: '*' }, tell: { severity: page, cause: c, dedupe_key: k, auto_resolve: true }";
    expect(() => load(head + composite('x', 'NOT TRUE', per))).toThrow(/dedupe_key lacks \{source\}/);
  });
});

describe('folders', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'alerts-'))));
  afterAll(async () => rm(folder, { recursive: true }));

  it('that are not there or empty are said to be', async () => {
    const code = 'MONITORING_ALERTS_UNREADABLE';
    await expect(loadAlerts(path.join(folder, 'none'), folder)).rejects.toMatchObject({ code });
    await expect(loadAlerts(folder, folder)).rejects.toMatchObject({ code, where: folder });
  });

  it('are read file by file, with references between them', async () => {
    await writeFile(path.join(folder, 'slot.md'), '# Slot\n');
    const [head = '', ...alarms] = good.replace(' AND NOT OK(c)', '').split(/(?= {2}- kind)/);
    await writeFile(path.join(folder, '1.yml'), head + (alarms[1] ?? ''));
    await writeFile(path.join(folder, '2.yml'), head + (alarms[0] ?? '') + (alarms[2] ?? ''));
    const loaded = await loadAlerts(folder, folder);
    expect(loaded.map(({ id, where }) => `${id} ${where}`)).toEqual([
      'a 2.yml:5:5',
      'b 1.yml:5:5',
      'c 2.yml:16:5',
    ]);
  });
});
