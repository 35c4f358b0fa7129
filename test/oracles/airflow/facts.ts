import type { Outcome } from './play-airflow.ts';
import type { Scenario } from './scenario.ts';

/** What a scenario came to, a name and a text each: the state of a run or an instance, its tries, what it returned. */
export type Facts = ReadonlyMap<string, string>;

/** One thing that came out otherwise. */
export interface Deviation {
  readonly scenario: string;
  readonly fact: string;
  readonly ours: string;
  readonly airflow: string;
}

const absent = 'none';
const acceptance = 'the DAG';

/** Lays an outcome out as facts that both engines can be compared by. */
export function factsOf({ tasks }: Scenario, { refused, runs, instances, values }: Outcome): Facts {
  if (refused) return new Map([[acceptance, 'refused']]);
  const names = new Map(
    runs.map(({ run_id: id, date }) => {
      if (date !== null) return [id, `${dayOf(date)} `];
      return [id, id === 'again' ? 'again ' : ''];
    }),
  );
  const nameOf = (row: Pick<Outcome['values'][number], 'run_id' | 'task_id' | 'map_index'>): string =>
    `${names.get(row.run_id) ?? ''}${row.task_id}${row.map_index < 0 ? '' : `[${row.map_index}]`}`;
  const facts = new Map([[acceptance, 'accepted']]);
  for (const { run_id: id, state } of runs) facts.set(`${names.get(id) ?? ''}run`, state);
  for (const each of instances) {
    const { state, tries, task_id: taskId } = each;
    facts.set(nameOf(each), state ?? absent);
    const isPerformed = tasks[taskId.slice(taskId.lastIndexOf('.') + 1)]?.does !== 'empty';
    // A task that was skipped may or may not have begun before; that is a question of time.
    const isCounted = isPerformed && (state === 'success' || state === 'failed');
    if (isCounted) facts.set(`${nameOf(each)} tries`, String(tries));
  }
  for (const each of values) facts.set(`${nameOf(each)} value`, JSON.stringify(each.value));
  return facts;
}

/** The instant without what all ticks of the scenarios have in common. */
function dayOf(date: string): string {
  return date.slice(0, 13);
}

/** Where the two say different things. */
export function deviationsOf(scenario: string, ours: Facts, airflow: Facts): readonly Deviation[] {
  // Who refuses a DAG says nothing more of it.
  const isAlike = ours.get(acceptance) === airflow.get(acceptance);
  const facts = isAlike ? [...new Set([...ours.keys(), ...airflow.keys()])].toSorted() : [acceptance];
  return facts.flatMap((fact) => {
    const [mine, theirs] = [ours.get(fact) ?? absent, airflow.get(fact) ?? absent];
    return mine === theirs ? [] : [{ scenario, fact, ours: mine, airflow: theirs }];
  });
}

/** What a scenario demands of either engine: how many at once, and in which order. */
export function demandsBroken(scenario: Scenario, { instances }: Outcome): readonly string[] {
  const begun = instances.flatMap(({ task_id: id, begun: from, ended: to }) =>
    from === null || to === null ? [] : [{ id, from, to }],
  );
  const broken: string[] = [];
  if (scenario.at_most !== undefined) {
    const { tasks, at_once: limit } = scenario.at_most;
    const counted = begun.filter(({ id }) => tasks.includes(id));
    const most = Math.max(
      ...counted.map(({ from }) => counted.filter((each) => each.from <= from && from < each.to).length),
    );
    if (most > limit) broken.push(`${most} of ${tasks.join(', ')} ran at once; at most ${limit} may`);
    if (counted.length < tasks.length) broken.push(`only ${counted.length} of ${tasks.join(', ')} ran`);
  }
  if (scenario.order !== undefined) {
    const { order } = scenario;
    const found = begun
      .filter(({ id }) => order.includes(id))
      .toSorted((a, b) => a.from - b.from)
      .map(({ id }) => id);
    if (found.join() !== order.join()) broken.push(`began as ${found.join(', ')}; not ${order.join(', ')}`);
  }
  return broken;
}
