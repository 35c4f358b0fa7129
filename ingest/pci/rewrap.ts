import type { OnProgress } from '../../lib/progress.ts';
import type { OpenProtection } from './open-protection.ts';

const keysAtOnce = 5_000;

/** Encrypts every person's key by the active master key, so that the one before can be retired; resolves to how many. */
export async function rewrapKeys(
  { master, keyStore, settle }: OpenProtection,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<number> {
  const step = 'wrap keys anew';
  await settle();
  let done = 0;
  for (;;) {
    signal?.throwIfAborted();
    const others = await keyStore.wrappedByOthers(master.active, keysAtOnce);
    if (others.length === 0) break;
    await keyStore.rewrap(others.map((key) => master.wrap(key.keyId, key.subject, master.unwrap(key))));
    done += others.length;
    onProgress({ step, state: 'running', done, unit: 'keys' });
  }
  onProgress({ step, state: 'finished', done, unit: 'keys' });
  return done;
}
