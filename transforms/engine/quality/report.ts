import { checkName } from '../checks/declared-check.ts';
import { checkFreshness } from '../checks/freshness.ts';
import type { FreshnessResult } from '../checks/freshness.ts';
import type { EngineContext } from '../context.ts';
import { cadenceOf } from '../project/model.ts';
import type { Cadence } from '../project/model.ts';
import { readHeldBack } from '../run/published.ts';
import type { HeldModel } from '../run/request.ts';
import { readPublication } from '../warehouse/state.ts';
import { readHistory } from './history.ts';
import type { CheckHistory, Grain } from './history.ts';
import { readMartFreshness } from './mart-freshness.ts';
import type { MartFreshness } from './mart-freshness.ts';

/** A check that is declared and has no result. */
export interface NotRun {
  readonly uniqueId: string;
  readonly model: string;
  readonly name: string;
  /** The time of its own that it has; null: it is part of builds. */
  readonly cadence: Cadence | null;
}

/** Everything that can be said of how far the published numbers are to be trusted. */
export interface QualityReport {
  readonly generatedAt: string;
  readonly since: string;
  readonly grain: Grain;
  /** The newest version of the marts; null before the first. */
  readonly version: number | null;
  /** The worst first. */
  readonly checks: readonly CheckHistory[];
  /** Declared, and not run since then: what they look at did not change. */
  readonly notRun: readonly NotRun[];
  readonly held: readonly HeldModel[];
  readonly sources: readonly FreshnessResult[];
  readonly marts: readonly MartFreshness[];
}

/** Up to so many days are told by the hour. */
const hourlyDays = 3;
const dayMs = 86_400_000;

/** Reads what was recorded; runs no check. */
export async function readReport(context: EngineContext, since: Date): Promise<QualityReport> {
  const now = context.clock.now();
  const grain = now.getTime() - since.getTime() <= hourlyDays * dayMs ? 'hour' : 'day';
  const checks = await readHistory(context.warehouse, since, grain);
  return {
    generatedAt: now.toISOString(),
    since: since.toISOString(),
    grain,
    version: (await readPublication(context.warehouse))?.version ?? null,
    checks,
    notRun: notRun(context, new Set(checks.map(({ uniqueId }) => uniqueId))),
    held: await readHeldBack(context),
    sources: await checkFreshness(context),
    marts: await readMartFreshness(context),
  };
}

function notRun(context: EngineContext, ran: ReadonlySet<string>): QualityReport['notRun'] {
  const { project } = context;
  const onModels = [...project.models.values(), ...project.sources.values()].flatMap(({ tests }) => tests);
  return [
    ...onModels
      .filter(({ uniqueId }) => !ran.has(uniqueId))
      .map((test) => ({
        uniqueId: test.uniqueId,
        model: test.attachedTo.name,
        name: checkName(context, test),
        cadence: cadenceOf(test.config) ?? null,
      })),
    ...project.tests
      .filter(({ uniqueId }) => !ran.has(uniqueId))
      .map(({ uniqueId, name, refs, config }) => ({
        uniqueId,
        model: refs.at(-1) ?? '',
        name,
        cadence: cadenceOf(config) ?? null,
      })),
  ];
}
