import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataPaths } from '../../cli/data-dir.ts';
import type { DataPaths } from '../../cli/data-dir.ts';
import { findOperation } from '../../cli/operations/registry.ts';
import type { OperationContext, OperationResult } from '../../cli/operations/operation.ts';
import type { Platform } from '../../cli/wire.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { writeFileAt } from '../unit/transforms/project/temporary-project.ts';
import { openTransforms } from './platform-parts.ts';
import { appendBatch } from './raw-log.ts';
import type { LogEntry } from './raw-log.ts';

type RowsResult = Extract<OperationResult, { readonly kind: 'rows' }>;

/** The transform verbs on a project folder and a warehouse in memory, without a command line or a supervisor. */
export interface TransformRig {
  readonly folder: string;
  readonly paths: DataPaths;
  readonly warehouse: DuckdbWarehouse;
  readonly transforms: Transforms;
  /** Carries out an operation, as the supervisor does. */
  readonly ask: (name: string, input?: object) => Promise<RowsResult>;
  /** Edits a file of the project. */
  readonly edit: (file: string, text: string) => Promise<void>;
  /** Loads rows of the shop's log as one batch. */
  readonly take: (entries: readonly LogEntry[]) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function openTransformRig(folder: string): Promise<TransformRig> {
  const root = await mkdtemp(join(tmpdir(), 'shopwave-verbs-'));
  const paths = dataPaths(root);
  const { warehouse, transforms } = await openTransforms(folder);
  const parts: Partial<Platform> = {
    paths,
    clock: systemClock,
    logger: silentLogger,
    transforms: () => Promise.resolve(transforms),
    warehouse: () => Promise.resolve(warehouse),
  };
  const context: OperationContext = {
    // The transform verbs use nothing else of it.
    platform: parts as Platform,
    onProgress: ignoreProgress,
    signal: new AbortController().signal,
  };
  let position = 0;
  return {
    folder,
    paths,
    warehouse,
    transforms,
    ask: async (name, input = {}) => {
      const result = await findOperation(name)?.invoke(input, context);
      if (result?.kind !== 'rows') throw new Error(`${name} gave no rows`);
      return result;
    },
    edit: (file, text) => writeFileAt(folder, file, text),
    take: async (entries) => {
      const placed = entries.map((entry, index) => ({ ...entry, position: position + index + 1 }));
      const to = position + entries.length;
      await appendBatch(warehouse, { id: `b${to}`, from: position, to, entries: placed });
      position = to;
    },
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
