import type { BaseDriver } from '@cubejs-backend/base-driver';
import type { Logger } from '../../../lib/logger.ts';
import type { CubeModules } from '../cube-modules.ts';
import type { CubeReader } from '../cube-reader.ts';
import { createDuckdbReader } from '../duckdb-driver.ts';
import type { Publications } from '../publications.ts';
import { refreshOf, stepsOf } from './refresh.ts';
import type { MartChanges } from './refresh.ts';
import type { Rollup } from './rollup.ts';
import { oneAfterAnother } from './one-after-another.ts';
import { openRollupStore } from './rollup-store.ts';
import type { RollupStore } from './rollup-store.ts';

/** What queries are answered from. */
export interface ReadRollups {
  /** What Cube is to ask where its plan reads a rollup. */
  readonly driver: BaseDriver;
  readonly cancel: CubeReader['cancel'];
  /** Whether all of them are there, as a model says them: a query of the model before must not read those of another. */
  readonly isReady: (ids: readonly string[], modelVersion: string) => boolean;
  /** The publication that all of them are of; the oldest, if they differ. */
  readonly versionOf: (ids: readonly string[]) => number;
  readonly martsOf: (ids: readonly string[]) => string[];
}

/** Sums of marts by day, kept outside the warehouse, from which most tiles of a dashboard are answered. */
export interface Rollups extends ReadRollups {
  /** Another model: what it does not have is not followed any more, what is new in it is read with the next publication. */
  readonly adopt: (rollups: readonly Rollup[], modelVersion: string) => void;
  /**
   * Reads what the newest publication has changed, and shows it all at once. One at a time; whoever asks while one runs
   * waits for the one after it. Fails where the warehouse cannot be read; rollups stay as they were.
   */
  readonly follow: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RollupsOptions {
  readonly cube: CubeModules;
  /** `:memory:` or the file that is this process's own. */
  readonly file: string;
  readonly reader: Pick<CubeReader, 'download'>;
  readonly martChanges: MartChanges;
  readonly publications: Publications;
  readonly logger: Logger;
}

/** Of a server that has none: the warehouse answers everything. */
export function noRollups({ driver }: Pick<CubeReader, 'driver'>): ReadRollups {
  return {
    driver,
    cancel: async () => {},
    isReady: () => false,
    versionOf: () => 0,
    martsOf: () => [],
  };
}

/** A publication may come while one is read; then all is read again. */
const mostTries = 3;

export async function createRollups(options: RollupsOptions): Promise<Rollups> {
  const { cube, file, logger } = options;
  const store = await openRollupStore(file);
  const own = createDuckdbReader(cube, store.instance);
  let rollups: ReadonlyMap<string, Rollup> = new Map();
  let version = '';
  let closed = false;

  const found = (ids: readonly string[]): Rollup[] =>
    ids.flatMap((id) => {
      const rollup = rollups.get(id);
      return rollup === undefined ? [] : [rollup];
    });

  const readOnce = (): Promise<boolean> => readChanges(options, store, [...rollups.values()], () => closed);

  const read = async (): Promise<void> => {
    if (rollups.size === 0 || closed) return;
    try {
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (await readOnce()) return;
        await store.discard();
      }
      logger.warn('publications came faster than rollups could be read; the next one brings them along');
    } catch (error) {
      if (closed) return;
      await store.discard();
      throw error;
    }
  };

  const following = oneAfterAnother(read);

  return {
    driver: own.driver,
    cancel: own.cancel,
    isReady: (ids, modelVersion) =>
      modelVersion === version &&
      ids.every((id) => {
        const rollup = rollups.get(id);
        return rollup !== undefined && store.kept().get(id)?.definition === rollup.definition;
      }),
    versionOf: (ids) => Math.min(...ids.map((id) => store.kept().get(id)?.version ?? 0)),
    martsOf: (ids) => [...new Set(found(ids).flatMap(({ marts }) => marts))],
    adopt: (declared, modelVersion) => {
      version = modelVersion;
      rollups = new Map(declared.map((rollup) => [rollup.id, rollup]));
    },
    follow: following.again,
    close: async () => {
      closed = true;
      await following.ended();
      await own.close();
      store.close();
    },
  };
}

/** Reads what has changed and shows it; resolves to whether all of it was of one publication. */
async function readChanges(
  { reader, publications, martChanges, logger }: RollupsOptions,
  store: RollupStore,
  rollups: readonly Rollup[],
  isClosed: () => boolean,
): Promise<boolean> {
  const startMs = performance.now();
  const refresh = await refreshOf(rollups, store.kept(), publications, martChanges);
  const steps = stepsOf(refresh);
  for (const { rollup, days } of steps) {
    if (isClosed()) return true;
    const rows = await reader.download(rollup.sql, days.range);
    await store.stage({ rollup, days: days.isAll ? undefined : days.range, rows });
  }
  // Statements of one version must have read one version.
  const newest = steps.length === 0 ? refresh.version : await martChanges.version();
  if (newest !== refresh.version) return false;
  const staged = new Set(steps.map(({ rollup }) => rollup.id));
  await store.publish(
    newest,
    rollups.filter(({ id }) => !staged.has(id)),
  );
  if (steps.length > 0)
    logger.info('rollups follow a publication', {
      publication: newest,
      rollups: staged.size,
      statements: steps.length,
      durationMs: Math.round(performance.now() - startMs),
    });
  return true;
}
