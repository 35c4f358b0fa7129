import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { quoteLiteral } from '../sql-text.ts';
import type { Session } from '../warehouse.ts';

/** Folders of staged files, each of one load; their names say from when they are. */
const parent = 'landing';

/** No load takes this long; what is older was left behind by a process that died. */
const keptMs = 2 * 86_400_000;

const ofFolder = new RegExp(String.raw`(?:^|/)${parent}/((\d{8})-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/`);

/** A folder that nobody has written to before, and that can be told from those that were left behind. */
export function newFolder(stage: string, clock: Clock): string {
  return `@${stage}/${parent}/${dayOf(clock.now().getTime())}-${randomUUID()}`;
}

export interface SweepDeps {
  readonly session: Session;
  readonly stage: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Removes folders that were left behind. Fails for nobody: they cost a little space, and are in nobody's way. */
export async function sweepStage({ session, stage, clock, logger }: SweepDeps): Promise<void> {
  try {
    const files = await session.query(`list ${quoteLiteral(`@${stage}/${parent}/`)}`);
    const oldest = dayOf(clock.now().getTime() - keptMs);
    const folders = leftBehind(
      files.map((file) => String(file['name'])),
      oldest,
    );
    for (const folder of folders)
      await session.query(`remove ${quoteLiteral(`@${stage}/${parent}/${folder}/`)}`);
    if (folders.length > 0)
      logger.info('staged files that were left behind are removed', { folders: folders.length });
  } catch (error) {
    logger.warn('staged files that were left behind could not be removed', {
      stage,
      cause: messageOf(error),
    });
  }
}

/** Folders of days before the given one, by the names of their files; of others nothing is known. */
function leftBehind(names: readonly string[], oldest: string): string[] {
  const folders = names.flatMap((name) => {
    const [, folder, day] = ofFolder.exec(name) ?? [];
    return folder !== undefined && day !== undefined && day < oldest ? [folder] : [];
  });
  return [...new Set(folders)];
}

/** As yyyymmdd, in UTC. */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}
