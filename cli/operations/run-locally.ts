import { systemClock } from '../../lib/clock.ts';
import { createLogger } from '../../lib/logger.ts';
import { defaults } from '../config.ts';
import type { DataPaths } from '../data-dir.ts';
import { cliErrors } from '../errors.ts';
import { parseDurationMs } from '../../lib/duration.ts';
import { openPlatform } from '../wire.ts';
import type { OperationCall, OperationResult } from './operation.ts';
import { findOperation } from './registry.ts';
import { settleWarehouse } from '../supervisor/settle-warehouse.ts';

/** Opens what the operation asks for in this process, runs it, and closes again. The caller holds the lock. */
export async function runLocally(call: OperationCall, paths: DataPaths): Promise<OperationResult> {
  const operation = findOperation(call.name);
  if (operation === undefined) {
    throw cliErrors.error('CLI_OPERATION_UNKNOWN', { message: `there is no operation "${call.name}"` });
  }
  const warehouse = await settleWarehouse(paths, undefined);
  const platform = openPlatform({
    paths,
    warehouse,
    clock: systemClock,
    logger: createLogger({ file: paths.log }),
    onProgress: call.onProgress,
    config: {
      dataDir: paths.root,
      tickMs: parseDurationMs(defaults.tick),
      simulator: { enabled: false, seed: defaults.seed, backlogLines: 0 },
    },
  });
  try {
    return await operation.invoke(call.input, { platform, onProgress: call.onProgress, signal: call.signal });
  } finally {
    await platform.close();
  }
}
