import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { warehouseErrors } from '../errors.ts';
import { quoteLiteral } from '../sql-text.ts';
import type { LandedObject, ReachedObject, Session } from '../warehouse.ts';
import { readSdkError } from './sdk-error.ts';
import type { SnowflakeSettings } from './settings.ts';
import { newFolder, sweepStage } from './stage-sweep.ts';

export interface StageDeps {
  readonly session: Session;
  readonly settings: Pick<SnowflakeSettings, 'internalStage' | 'externalStage'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How landed objects are made readable. What others have left in the internal stage goes before the first file does. */
export function stageFiles(deps: StageDeps): (object: LandedObject) => Promise<ReachedObject> {
  const { session, settings, clock, logger } = deps;
  let swept: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    swept ??= sweepStage({ session, stage: settings.internalStage, clock, logger });
    await swept;
  };
  return async (object) => await reach(deps, sweep, object);
}

/**
 * Makes a landed object readable to COPY. What lies below the external stage is read where it is; the rest is put into a
 * folder of its own in the internal stage, so that no two loads meet there.
 */
async function reach(
  deps: StageDeps,
  sweep: () => Promise<void>,
  object: LandedObject,
): Promise<ReachedObject> {
  const inPlace = externalPath(object.location, deps.settings.externalStage);
  if (inPlace !== undefined) return { path: inPlace, release: () => Promise.resolve() };
  await sweep();
  if (path.isAbsolute(object.location)) return await put(deps, object.location);
  const local = await object.fetch();
  try {
    return await put(deps, local.path);
  } finally {
    await local.release();
  }
}

function externalPath(location: string, stage: SnowflakeSettings['externalStage']): string | undefined {
  if (stage === undefined || !location.startsWith(`${stage.url}/`)) return undefined;
  return `@${stage.name}/${location.slice(stage.url.length + 1)}`;
}

/** What PUT takes literally: others are wildcards to it, or it has no way to quote them. */
const plainPath = /^[\w./=+@:, -]+$/;

async function put(deps: StageDeps, file: string): Promise<ReachedObject> {
  if (plainPath.test(file)) return await putPlain(deps, file);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-put-'));
  try {
    const link = path.join(folder, 'file.ndjson.gz');
    await symlink(file, link);
    return await putPlain(deps, link);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function putPlain(deps: StageDeps, file: string): Promise<ReachedObject> {
  const folder = newFolder(deps.settings.internalStage, deps.clock);
  // Compressed already, and from a folder that nobody has written to before.
  const sql = `put ${quoteLiteral(`file://${file}`)} ${quoteLiteral(`${folder}/`)} auto_compress = false source_compression = gzip overwrite = true`;
  await deps.session.query(sql).catch((error: unknown) => {
    throw uploadError(error, file);
  });
  return { path: `${folder}/${path.basename(file)}`, release: () => remove(deps, folder) };
}

/** The driver itself uploads, and what the store beneath the stage says to that is no refusal of Snowflake's. */
function uploadError(error: unknown, where: string): unknown {
  const isRefusal = error instanceof ShopwaveError && /^\d{6}$/.test(readSdkError(error.cause).code);
  if (!(error instanceof ShopwaveError) || isRefusal || error.code !== 'WAREHOUSE_STATEMENT_FAILED')
    return error;
  const message = `the file could not be put into the stage: ${error.message}`;
  return warehouseErrors.error('WAREHOUSE_UNAVAILABLE', { message, where, cause: error });
}

/** Fails for nobody: what stays behind costs a little space and is in nobody's way. */
async function remove({ session, logger }: StageDeps, folder: string): Promise<void> {
  try {
    await session.query(`remove ${quoteLiteral(`${folder}/`)}`);
  } catch (error) {
    logger.warn('a staged file could not be removed', { folder, cause: messageOf(error) });
  }
}
