import type { Clock } from '../../lib/clock.ts';

/** By how much this machine's clock is ahead of a server's, in whole seconds; undefined when the server does not tell. */
export async function clockSkewSec(url: string, clock: Clock): Promise<number | undefined> {
  try {
    const reply = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    });
    const theirs = Date.parse(reply.headers.get('date') ?? '');
    return Number.isNaN(theirs) ? undefined : Math.round((clock.now().getTime() - theirs) / 1_000);
  } catch {
    return undefined;
  }
}
