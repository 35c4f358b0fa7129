import type { Value } from '../../lib/jinja/values.ts';
import type { PreviousSuccess, TaskContext } from '../authoring/task.ts';
import { runTime } from './run-time.ts';

/** Airflow's names for the run before this one that succeeded; null where there is none. */
const facts = {
  prev_data_interval_start_success: (run) => run.dataIntervalStart,
  prev_data_interval_end_success: (run) => run.dataIntervalEnd,
  prev_start_date_success: (run) => run.startDate,
  prev_end_date_success: (run) => run.endDate,
} as const satisfies Readonly<Record<string, (run: PreviousSuccess) => Date | null>>;

type PreviousName = keyof typeof facts;

export const previousNames = Object.keys(facts);

export function isPreviousName(name: string): name is PreviousName {
  return Object.hasOwn(facts, name);
}

/** A name of a template cannot wait, so that the first one stops the rendering: see `SecretNames`. */
export class PreviousNames {
  readonly #read: TaskContext<never>['previousSuccess'];
  #found: { readonly run: PreviousSuccess | undefined } | undefined;
  #isWanted = false;

  constructor(read: TaskContext<never>['previousSuccess']) {
    this.#read = read;
  }

  /** Fetches the run that the rendering stopped at; false if it stopped for another reason. */
  async fetchWanted(): Promise<boolean> {
    if (!this.#isWanted || this.#found !== undefined) return false;
    this.#found = { run: await this.#read() };
    return true;
  }

  get(name: PreviousName): Value {
    if (this.#found === undefined) {
      this.#isWanted = true;
      throw new Error(`${name} is still to be fetched`);
    }
    const { run } = this.#found;
    const at = run === undefined ? null : facts[name](run);
    return at === null ? null : runTime(at);
  }
}
