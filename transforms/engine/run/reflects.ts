import { mustModel, storedInputs } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import type { Publication, RunState, Standing } from '../warehouse/state.ts';

/** A position in the source's log and the staging step that goes with it. */
export type Reflected = Pick<Standing, 'watermark' | 'committedAt' | 'stageStep'>;

/**
 * What each considered mart reflects once the run is published: staging as the run read it, but no more than the
 * marts it reads that the run did not bring forward.
 */
export function standingsAfter(
  project: Project,
  state: RunState,
  considered: ReadonlySet<string>,
  version: bigint,
): Map<string, Standing> {
  const after = new Map<string, Standing>();
  const staged: Reflected = {
    watermark: state.stage.watermark,
    committedAt: state.stage.watermarkAt,
    stageStep: state.stage.step,
  };
  for (const name of project.order) {
    if (!considered.has(name)) continue;
    const read = storedInputs(project, name)
      .filter((input) => mustModel(project, input).layer !== 'staging')
      .map((input): Reflected => after.get(input) ?? standingOf(state, input) ?? staged);
    const { watermark, committedAt, stageStep } = least([staged, ...read]);
    after.set(name, { watermark, committedAt, stageStep, version });
  }
  return after;
}

/** What a mart reflects now; a warehouse from before this was recorded has it for the whole only. */
export function standingOf(
  state: Pick<RunState, 'standings' | 'models' | 'last'>,
  model: string,
): Standing | undefined {
  const known = state.standings.get(model);
  if (known !== undefined || state.last === undefined || !state.models.has(model)) return known;
  return { ...reflectedBy(state.last), version: BigInt(state.last.version) };
}

/** What the whole of the marts reflects: the least over all, because one reader joins several. */
export function reflectedByAll(
  project: Project,
  state: RunState,
  after: ReadonlyMap<string, Standing>,
): Reflected {
  const marts = [...project.models.values()].filter(({ layer }) => layer === 'marts');
  const known = marts.flatMap(({ name }) => after.get(name) ?? standingOf(state, name) ?? []);
  return least(known.length > 0 ? known : [...after.values()]);
}

function reflectedBy(last: Publication): Reflected {
  return { watermark: last.sourceWatermark, committedAt: last.sourceCommittedAt, stageStep: last.stageStep };
}

function least(all: readonly Reflected[]): Reflected {
  const [first, ...rest] = all;
  if (first === undefined) throw new Error('there is nothing to compare');
  return rest.reduce((low, each) => (each.stageStep < low.stageStep ? each : low), first);
}
