/** What every run of a DAG must end as, whatever was killed meanwhile. */
export interface ExpectedRun {
  readonly state: 'success' | 'failed';
  /** State of each instance, `task` or `task[index]`. */
  readonly instances: Readonly<Record<string, string>>;
}

/** A DAG that is run while its schedulers are killed. */
export interface MixedDag {
  readonly body: string;
  readonly expected: ExpectedRun;
}

/** Enough for any number of kills. */
const always = `defaultArgs: { retries: 1000, retryDelay: '100ms' }`;
const head = (dagId: string): string =>
  `dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: [], maxActiveRuns: 4`;

/** Every kind of task whose end does not depend on how often it is begun. */
export const mix: Readonly<Record<string, MixedDag>> = {
  chain: {
    body: `{ ${head('chain')}, ${always}, tasks: (t) => {
      const a = t.task('a', note('effect'));
      const b = t.task('b', { run: async (c) => {
        if (c.tryNumber === 1) throw new Error('the first try fails');
        return await c.services.on.effect(c);
      } }).after(a);
      t.task('c', note('effect')).after(b);
    } }`,
    expected: { state: 'success', instances: { a: 'success', b: 'success', c: 'success' } },
  },
  fails: {
    body: `{ ${head('fails')}, tasks: (t) => {
      const bad = t.task('bad', { retries: 0, run: () => { throw new Error('always'); } });
      const below = t.task('below', { retries: 1000, retryDelay: '100ms', run: () => {} }).after(bad);
      t.task('anyway', note('effect', { retries: 1000, retryDelay: '100ms', triggerRule: 'all_done' })).after(below);
      t.task('leaf', note('effect', { retries: 1000, retryDelay: '100ms' })).after(below);
    } }`,
    expected: {
      state: 'failed',
      instances: {
        bad: 'failed',
        below: 'upstream_failed',
        anyway: 'success',
        leaf: 'upstream_failed',
      },
    },
  },
  branches: {
    body: `{ ${head('branches')}, ${always}, tasks: (t) => {
      const left = t.task('left', note('effect'));
      const right = t.task('right', note('effect'));
      const choice = t.branch('choice', { choices: { left, right }, choose: () => 'left' });
      t.task('join', note('effect', { triggerRule: 'none_failed_min_one_success' })).after(left, right);
    } }`,
    expected: {
      state: 'success',
      instances: { choice: 'success', left: 'success', right: 'skipped', join: 'success' },
    },
  },
  mapped: {
    body: `{ ${head('mapped')}, ${always}, tasks: (t) => {
      const list = t.task('list', { run: () => [1, 2, 3] });
      const each = t.partial('each', { run: async (c, { n }) => { await c.services.on.effect(c); return n * 2; } })
        .expand({ n: list });
      t.task('sum', { run: async (c) => {
        const all = await c.xcomPull(each);
        if (all.join() !== '2,4,6') throw new Error('it has ' + all.join());
      } }).after(each);
    } }`,
    expected: {
      state: 'success',
      instances: {
        list: 'success',
        'each[0]': 'success',
        'each[1]': 'success',
        'each[2]': 'success',
        sum: 'success',
      },
    },
  },
  waits: {
    body: `{ ${head('waits')}, ${always}, tasks: (t) => {
      const until = t.sensor('until', { pokeInterval: '1s', timeout: '1h',
        poke: (c) => c.clock.now().getTime() >= c.dataIntervalStart.getTime() + 3000 });
      t.task('later', note('effect', { outlets: [asset('made')] })).after(until);
    } }`,
    expected: { state: 'success', instances: { until: 'success', later: 'success' } },
  },
  consumer: {
    body: `{ dagId: 'consumer', description: '', schedule: assets(asset('made')), owner: 'x', tags: [], ${always},
      tasks: (t) => { t.task('build', note('effect')); } }`,
    expected: { state: 'success', instances: { build: 'success' } },
  },
  past: {
    body: `{ ${head('past')}, defaultArgs: { retries: 1000, retryDelay: '100ms', dependsOnPast: true, pool: 'narrow' },
      tasks: (t) => { t.task('two', note('effect')).after(t.task('one', note('effect'))); } }`,
    expected: { state: 'success', instances: { one: 'success', two: 'success' } },
  },
  apart: {
    body: `{ ${head('apart')}, defaultArgs: { retries: 1000, retryDelay: '100ms', executor: 'process' },
      tasks: (t) => {
        const first = t.task('first', { run: () => 1 });
        t.task('second', { run: async (c) => (await c.xcomPull(first)) + 1 }).after(first);
      } }`,
    expected: { state: 'success', instances: { first: 'success', second: 'success' } },
  },
};
