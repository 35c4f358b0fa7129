import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import { renderTick } from '../output/summary.ts';
import type { Platform } from '../wire.ts';
import type { Console } from './console.ts';
import { readHeadline } from './headline.ts';

/** What serving needs. */
export interface Serving {
  readonly platform: Platform;
  readonly terminal: Console;
  readonly hasTruth: boolean;
  readonly signal: AbortSignal;
}

/** Shows every publication as one line until the signal aborts; throws when PostgreSQL ends by itself. */
export async function serveUntil({ platform, terminal, hasTruth, signal }: Serving): Promise<void> {
  terminal.quieten();
  let telling: Promise<void> = Promise.resolve();
  const tell = async (): Promise<void> => {
    if (signal.aborted) return;
    try {
      const headline = await readHeadline(platform, hasTruth);
      const held = await (await platform.transforms()).heldBack();
      terminal.result(
        renderTick(
          headline,
          platform.clock,
          held.map(({ model }) => model),
        ),
      );
    } catch (error) {
      if (!signal.aborted) terminal.line(`  ! the metrics could not be read: ${messageOf(error)}`);
    }
  };
  platform.onPublished(() => {
    telling = telling.then(tell);
  });
  const server = await platform.postgres();
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  const how = await Promise.race([
    stopped.then(() => 'asked' as const),
    server.ended.then(() => 'lost' as const),
  ]);
  await telling;
  if (how === 'lost' && !signal.aborted) {
    throw cliErrors.error('POSTGRES_LOST', {
      message: 'the embedded PostgreSQL ended by itself',
      where: server.logFile,
    });
  }
}
