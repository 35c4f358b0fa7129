import { describe, expect, it, test } from 'vitest';
import type { Severity } from '../../../monitoring/alarm.ts';
import { noIncidents } from '../../../monitoring/incidents/incident.ts';
import type { FiringAlert, IncidentState } from '../../../monitoring/incidents/incident.ts';
import type { MaintenanceWindow } from '../../../monitoring/incidents/maintenance.ts';
import { reconcile } from '../../../monitoring/incidents/reconcile.ts';

const minute = 60_000;

function alert(id: string, cause: string, more: Partial<FiringAlert> = {}): FiringAlert {
  return {
    key: id,
    id,
    summary: id,
    owner: 'data-engineering',
    runbook: 'freshness',
    severity: 'page',
    cause,
    explainedBy: [],
    dedupeKey: id,
    autoResolve: true,
    ...more,
  };
}

/** Runs observations a minute apart; gives what was told in each, such as `opened page source/stripe #1`. */
function play(
  steps: readonly (readonly FiringAlert[])[],
  options: { windows?: readonly MaintenanceWindow[]; closed?: Readonly<Record<number, number[]>> } = {},
): readonly string[] {
  let state: IncidentState = noIncidents;
  return steps.map((firing, index) => {
    const outcome = reconcile(state, {
      nowMs: index * minute,
      firing,
      windows: options.windows ?? [],
      closed: options.closed?.[index] ?? [],
    });
    state = outcome.state;
    return outcome.notices
      .map(({ kind, severity, incident }) => `${kind} ${severity} ${incident.cause} #${incident.id}`)
      .join(', ');
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const silent = (count: number) => times(count, '');

const stale = alert('stripe-stale', 'source/stripe');
const refused = alert('stripe-refused', 'source/stripe');
const mart = (name: string): FiringAlert =>
  alert(`mart-${name}`, 'marts', { explainedBy: ['source/*', 'scheduler'] });

describe('grouping', () => {
  it('one source outage is one page, not fifteen', () => {
    const all = [...Array.from({ length: 14 }, (_, index) => mart(String(index))), stale];
    expect(play([all, all])).toEqual(['opened page source/stripe #1', '']);
  });

  it('also where what it causes is seen first: the incident that people know takes the cause’s name', () => {
    const steps = [[mart('a')], [mart('a'), mart('b')], [mart('a'), mart('b'), stale], ...times(6, [])];
    expect(play(steps)).toEqual(['opened page marts #1', ...silent(7), 'resolved page source/stripe #1']);
  });

  it('two outages are two pages', () => {
    const shop = alert('shop-stale', 'source/shop');
    expect(
      play([
        [stale, mart('a')],
        [stale, mart('a'), shop],
      ]),
    ).toEqual(['opened page source/stripe #1', 'opened page source/shop #2']);
  });

  it('what explains two incidents makes them one', () => {
    const step1 = [stale, alert('shop-stale', 'source/shop')].map((each) => ({
      ...each,
      explainedBy: ['scheduler'],
    }));
    const dead = alert('tick-missed', 'scheduler');
    expect(play([step1, [...step1, dead]])).toEqual([
      'opened page source/shop #1, opened page source/stripe #2',
      'merged page source/stripe #2',
    ]);
  });

  it('of two that become one, the one that people know of goes on', () => {
    const quiet = alert('shop-stale', 'source/shop', { explainedBy: ['scheduler'] });
    const known = { ...stale, explainedBy: ['scheduler'] };
    const dead = alert('tick-missed', 'scheduler');
    const windows = [{ fromMs: 0, toMs: 9 * minute, silences: ['source/shop'] }];
    expect(play([[quiet], [quiet, known], [quiet, known, dead]], { windows })).toEqual([
      '',
      'opened page source/stripe #2',
      '',
    ]);
  });

  it('what is explained by something explained goes to the root', () => {
    const chain = [
      alert('c', 'c', { explainedBy: ['b'] }),
      alert('b', 'b', { explainedBy: ['a'] }),
      alert('a', 'a'),
    ];
    expect(play([chain])).toEqual(['opened page a #1']);
  });

  it('causes that explain each other are one', () => {
    const circle = [alert('a', 'a', { explainedBy: ['b'] }), alert('b', 'b', { explainedBy: ['a'] })];
    expect(play([circle, circle, ...times(6, [])]).filter((each) => each !== '')).toHaveLength(2);
  });
});

describe('telling', () => {
  it('the same key is told once, as severely as the worst of it', () => {
    const twice: readonly Severity[] = ['ticket', 'page'];
    const alerts = twice.map((severity) => alert(severity, 'x', { severity, dedupeKey: 'same' }));
    expect(play([alerts])).toEqual(['opened page x #1']);
  });

  it('worse is told again, better is not', () => {
    const at = (severity: Severity) => [alert('x', 'x', { severity })];
    expect(play([at('info'), at('ticket'), at('page'), at('ticket'), at('page')])).toEqual([
      'opened info x #1',
      'escalated ticket x #1',
      'escalated page x #1',
      '',
      '',
    ]);
  });

  it('is over after five quiet minutes; what flaps meanwhile is the same incident', () => {
    const flapping = Array.from({ length: 20 }, (_, index) => (index % 4 === 0 ? [stale] : []));
    expect(play([...flapping, ...times(3, [])])).toEqual([
      'opened page source/stripe #1',
      ...silent(21),
      'resolved page source/stripe #1',
    ]);
  });

  it('an alert is over when it first was, not when it was last looked at', () => {
    const ended = (state: IncidentState) =>
      state.open[0]?.alerts.find((each) => each.alert.id === 'a')?.clearedMs;
    const [a, b] = [alert('a', 'x'), alert('b', 'x')];
    let state: IncidentState = noIncidents;
    const seen = [[a, b], [b], [b], [a, b], [b]].map((firing, index) => {
      ({ state } = reconcile(state, { nowMs: index * minute, firing, windows: [], closed: [] }));
      return ended(state);
    });
    expect(seen).toEqual([undefined, minute, minute, undefined, 4 * minute]);
  });

  it('comes back after it is over: a new incident', () => {
    const notices = play([[stale], ...times(6, []), [stale]]);
    expect(notices.filter((each) => each !== '')).toEqual([
      'opened page source/stripe #1',
      'resolved page source/stripe #1',
      'opened page source/stripe #2',
    ]);
  });

  it('what does not resolve by itself stays until somebody closes it', () => {
    const pan = alert('pan', 'card-data', { autoResolve: false });
    const notices = play([[pan], ...times(30, [])], { closed: { 20: [1] } });
    expect(notices.map((each, index) => `${index} ${each}`).filter((each) => each.length > 3)).toEqual([
      '0 opened page card-data #1',
      '20 resolved page card-data #1',
    ]);
  });

  it('what still fires cannot be closed away', () => {
    expect(play([[stale], [stale], [stale]], { closed: { 1: [1] } })).toEqual([
      'opened page source/stripe #1',
      '',
      '',
    ]);
  });
});

describe('maintenance', () => {
  const window = (from: number, to: number, ...silences: string[]): MaintenanceWindow => ({
    fromMs: from * minute,
    toMs: to * minute,
    silences,
  });

  test.each([
    ['everything', ['*'], true],
    ['its cause', ['source/stripe'], true],
    ['all sources', ['source/*'], true],
    ['the alarm', ['stripe-stale'], true],
    ['something else', ['source/shop', 'marts'], false],
  ])('a window for %s', (_, silences, isSilent) => {
    const notices = play(times(3, [stale]), { windows: [window(0, 10, ...silences)] });
    expect(notices[0]).toBe(isSilent ? '' : 'opened page source/stripe #1');
  });

  it('over before the window ends: nobody hears of it', () => {
    const steps = [...times(3, [stale]), ...times(20, [])];
    expect(play(steps, { windows: [window(0, 10, '*')] })).toEqual(silent(23));
  });

  it('still there when it ends: told then', () => {
    expect(play(times(6, [stale]), { windows: [window(0, 4, '*')] })).toEqual([
      ...silent(4),
      'opened page source/stripe #1',
      '',
    ]);
  });

  it('what was told before is told to be over in the window', () => {
    const notices = play([[stale], ...times(8, [])], { windows: [window(1, 20, '*')] });
    expect(notices.at(6)).toBe('resolved page source/stripe #1');
  });

  it('silences what it names; the rest of the same incident is told', () => {
    const both = [stale, { ...refused, severity: 'ticket' as const }];
    expect(play([both], { windows: [window(0, 9, 'stripe-stale')] })).toEqual([
      'opened ticket source/stripe #1',
    ]);
  });
});
