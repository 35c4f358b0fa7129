import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severities } from '../../../monitoring/alarm.ts';
import { noIncidents } from '../../../monitoring/incidents/incident.ts';
import type { FiringAlert, IncidentState, Notice } from '../../../monitoring/incidents/incident.ts';
import type { MaintenanceWindow } from '../../../monitoring/incidents/maintenance.ts';
import { reconcile } from '../../../monitoring/incidents/reconcile.ts';

const minute = 60_000;
const causes = ['scheduler', 'source/shop', 'source/stripe', 'publish', 'marts'] as const;
/** What may explain what, as alert files have it: no circles. */
const explains: Readonly<Record<string, readonly string[]>> = {
  scheduler: [],
  'source/shop': ['scheduler'],
  'source/stripe': ['scheduler'],
  publish: ['source/*'],
  marts: ['source/shop', 'scheduler', 'publish'],
};

const alerts: readonly FiringAlert[] = causes.flatMap((cause, index) =>
  ['a', 'b'].map((name, place) => ({
    key: `${cause}-${name}`,
    id: `${cause}-${name}`,
    summary: '',
    owner: '',
    runbook: '',
    severity: severities[(index + place) % 3] ?? 'page',
    cause,
    explainedBy: explains[cause] ?? [],
    dedupeKey: `${cause}-${name}`,
    autoResolve: !(cause === 'publish' && name === 'a'),
  })),
);

const history = fc.array(fc.subarray([...alerts]), { minLength: 1, maxLength: 40 });
const windows = fc.array(
  fc.record({
    from: fc.nat({ max: 40 }),
    length: fc.integer({ min: 1, max: 15 }),
    silences: fc.subarray([...causes, 'source/*', '*'], { minLength: 1 }),
  }),
  { maxLength: 2 },
);

function run(
  steps: readonly (readonly FiringAlert[])[],
  silences: readonly MaintenanceWindow[] = [],
  look: (state: IncidentState, notices: readonly Notice[], step: number) => void = () => undefined,
): { state: IncidentState; notices: Notice[] } {
  let state: IncidentState = noIncidents;
  const notices: Notice[] = [];
  for (const [index, firing] of steps.entries()) {
    const outcome = reconcile(state, { nowMs: index * minute, firing, windows: silences, closed: [] });
    look(outcome.state, outcome.notices, index);
    state = outcome.state;
    notices.push(...outcome.notices);
  }
  return { state, notices };
}

const placed = (
  written: readonly { from: number; length: number; silences: string[] }[],
): MaintenanceWindow[] =>
  written.map(({ from, length, silences }) => ({
    fromMs: from * minute,
    toMs: (from + length) * minute,
    silences,
  }));

describe('for all histories', () => {
  it('each alert that fires is in exactly one open incident, and no cause is in two', () => {
    fc.assert(
      fc.property(history, (steps) => {
        run(steps, [], ({ open }, _, index) => {
          const keys = open.flatMap((each) => each.alerts.map(({ alert }) => alert.dedupeKey));
          expect(new Set(keys).size).toBe(keys.length);
          for (const { dedupeKey } of steps[index] ?? []) expect(keys).toContain(dedupeKey);
          const perIncident = open.flatMap((each) => [
            ...new Set(each.alerts.map(({ alert }) => alert.cause)),
          ]);
          expect(new Set(perIncident).size).toBe(perIncident.length);
        });
      }),
    );
  });

  it('the same observation again tells nothing', () => {
    fc.assert(
      fc.property(history, windows, (steps, written) => {
        const silences = placed(written);
        const { state } = run(steps, silences);
        const again = {
          nowMs: (steps.length - 1) * minute,
          firing: steps.at(-1) ?? [],
          windows: silences,
          closed: [],
        };
        const outcome = reconcile(state, again);
        expect(outcome.notices).toEqual([]);
        expect(outcome.state).toEqual(state);
      }),
    );
  });

  it('the order of what fires changes nothing', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const reversed = steps.map((firing) => [...firing].reverse());
        expect(run(reversed)).toEqual(run(steps));
      }),
    );
  });

  it('an incident is opened once, gets only worse, and ends once', () => {
    fc.assert(
      fc.property(history, windows, (steps, written) => {
        const end: FiringAlert[][] = Array.from({ length: 70 }, () => []);
        const { notices, state } = run([...steps, ...end], placed(written));
        for (const id of new Set(notices.map(({ incident }) => incident.id))) {
          const kinds = notices.filter(({ incident }) => incident.id === id).map(({ kind }) => kind);
          // What does not resolve by itself stays; all else must have ended by then.
          const stays = state.open.some((each) => each.id === id);
          const pattern = stays ? /^opened( escalated)*$/ : /^opened( escalated)* (resolved|merged)$/;
          expect(kinds.join(' ')).toMatch(pattern);
        }
        expect(state.open.every((each) => each.alerts.some(({ alert }) => !alert.autoResolve))).toBe(true);
      }),
    );
  });

  it('at any time there are at most as many incidents as causes that nothing explains, of those seen since the last quiet', () => {
    fc.assert(
      fc.property(fc.subarray([...alerts], { minLength: 1 }), (firing) => {
        const { state } = run([firing]);
        const active = firing.map(({ cause }) => cause);
        const roots = new Set(
          firing
            .filter(
              ({ explainedBy }) =>
                !explainedBy.some((pattern) =>
                  active.some((cause) =>
                    pattern.endsWith('*') ? cause.startsWith(pattern.slice(0, -1)) : cause === pattern,
                  ),
                ),
            )
            .map(({ cause }) => cause),
        );
        expect(new Set(state.open.map(({ cause }) => cause))).toEqual(roots);
      }),
    );
  });

  it('nothing is opened or made worse while everything is silenced', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const always = [{ fromMs: 0, toMs: steps.length * minute, silences: ['*'] }];
        expect(run(steps, always).notices).toEqual([]);
      }),
    );
  });
});

it('10,000 alerts that flap: one incident a cause, and in time', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    ...(alerts[0] as FiringAlert),
    key: `k${index}`,
    dedupeKey: `k${index}`,
  }));
  const steps = Array.from({ length: 10 }, (_, step) => many.filter((__, index) => (index + step) % 3 > 0));
  const { notices, state } = run(steps);
  expect(notices.map(({ kind }) => kind)).toEqual(['opened']);
  expect(state.open.map(({ alerts: held }) => held.length)).toEqual([10_000]);
});

it('10,000 alerts of as many causes are placed in time', { timeout: 20_000 }, () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    ...(alerts[0] as FiringAlert),
    dedupeKey: `k${index}`,
    cause: `x/${index}`,
    explainedBy: ['scheduler', 'y/*'],
  }));
  expect(run([many, many]).state.open).toHaveLength(10_000);
});
