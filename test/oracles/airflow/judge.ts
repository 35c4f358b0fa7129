import { differences, explains } from './differences.ts';
import { demandsBroken, deviationsOf, factsOf } from './facts.ts';
import type { Deviation } from './facts.ts';
import type { Answer, Outcomes } from './play-airflow.ts';
import type { Scenario } from './scenario.ts';

/** What a comparison found. */
export interface Verdict {
  /** Facts that are the same. */
  readonly alike: number;
  /** Deviations that the table explains. */
  readonly known: number;
  /** Scenarios that have something which it does not explain. */
  readonly suspects: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

/** Compares facts and demands of the scenarios, and the fire times; every row of the table must be seen. */
export function judge(input: {
  readonly scenarios: readonly Scenario[];
  readonly ours: Outcomes;
  readonly airflow: Answer;
  readonly ourTimes: Readonly<Record<string, readonly string[]>>;
  /** false where only some scenarios were played: then no row is missed. */
  readonly isWhole: boolean;
}): Verdict {
  const { scenarios, ours, airflow, ourTimes, isWhole } = input;
  let facts = 0;
  const deviations: Deviation[] = [];
  const broken: { readonly scenario: string; readonly text: string }[] = [];
  for (const scenario of scenarios) {
    const [mine, theirs] = [ours[scenario.id], airflow.outcomes[scenario.id]];
    if (mine === undefined || theirs === undefined) throw new Error(`${scenario.id} was not played`);
    const [myFacts, theirFacts] = [factsOf(scenario, mine), factsOf(scenario, theirs)];
    facts += theirFacts.size;
    deviations.push(...deviationsOf(scenario.id, myFacts, theirFacts));
    for (const [engine, outcome] of [['ours', mine] as const, ['Airflow', theirs] as const]) {
      const texts = demandsBroken(scenario, outcome).map((text) => `${scenario.id}, ${engine}: ${text}`);
      broken.push(...texts.map((text) => ({ scenario: scenario.id, text })));
    }
  }
  for (const [id, times] of Object.entries(ourTimes)) {
    const theirs = airflow.fire_times[id] ?? [];
    facts += theirs.length;
    deviations.push(...firstDeviation(id, times, theirs));
  }
  const unexplained = deviations.filter((each) => !differences.some((row) => explains(row, each)));
  const unseen = differences.filter((row) => isWhole && !deviations.some((each) => explains(row, each)));
  return {
    alike: facts - deviations.length,
    known: deviations.length - unexplained.length,
    suspects: new Set([...unexplained, ...broken].map(({ scenario }) => scenario)),
    complaints: [
      ...unexplained.map((each) => describe(each)),
      ...broken.map(({ text }) => text),
      ...unseen.map(({ title }) => `listed and not seen any more: ${title}`),
    ],
  };
}

function describe({ scenario, fact, ours, airflow }: Deviation): string {
  return `${scenario}: ${fact} is ${ours}; in Airflow it is ${airflow}`;
}

/** Only the first run that differs: those after it follow from it. */
function firstDeviation(
  scenario: string,
  ours: readonly string[],
  airflow: readonly string[],
): readonly Deviation[] {
  for (let index = 0; index < Math.max(ours.length, airflow.length); index += 1) {
    const [mine, theirs] = [ours[index] ?? 'none', airflow[index] ?? 'none'];
    if (mine !== theirs) return [{ scenario, fact: `run ${index + 1}`, ours: mine, airflow: theirs }];
  }
  return [];
}
