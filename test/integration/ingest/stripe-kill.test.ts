import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import type { FailpointName } from '../../../lib/failpoint.ts';
import type { StripeChildOrder } from './stripe-child.ts';
import { day, openStripeRig } from './stripe-rig.ts';
import type { StripeRig } from './stripe-rig.ts';

const { signal } = new AbortController();
const places: readonly FailpointName[] = [
  'cdc.after_file',
  'cdc.after_manifest',
  'cdc.after_row',
  'extract.after_page',
];

test('killed between page, file, manifest and row, again and again: the same account in the end, no window twice', async () => {
  await using rig = await openStripeRig(40, { backlogLines: 300 });
  for (const [index, place] of places.entries()) {
    // History first, then days of it; each time another batch of the run.
    await killAt(rig, `${place}:${index + 3}`);
    rig.clock.advance(day);
  }
  const manifests = await rig.landed();
  expect(manifests.length).toBeGreaterThan(5);
  await rig.stripe().extract(signal, { mode: 'incremental' });
  await rig.stripe().extract(signal, { mode: 'reconcile' });
  expect(await rig.current()).toEqual(await rig.world());
  const moved = (await rig.landed()).flatMap((each) =>
    each.kind === 'extract' && each.extract.cursorOut !== null
      ? [`${each.extract.stream} ${each.extract.windowTo ?? ''}`]
      : [],
  );
  expect(new Set(moved).size).toBe(moved.length);
  // Every manifest object is recorded, the one that a kill had left unrecorded too.
  const rows: Array<{ key: string }> = await rig.control.withSchema('ingest').from('manifest').select('key');
  expect(rows.map(({ key }) => key).toSorted()).toEqual(await rig.store.list('manifests/stripe/'));
});

async function killAt(rig: StripeRig, failpoint: string): Promise<void> {
  const nowMs = rig.clock.now().getTime();
  const order: StripeChildOrder = {
    baseUrl: rig.host.url('stripe'),
    controlUrl: rig.controlUrl,
    dir: rig.dir,
    nowMs,
    historyFromMs: nowMs - 1100 * day,
    key: rig.secrets['SHOPWAVE_STRIPE_KEY'] ?? '',
  };
  const script = path.join(import.meta.dirname, 'stripe-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
    env: { ...process.env, SHOPWAVE_CRASH_AT: failpoint },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const [, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
  expect(killedBy, `${failpoint}: ${errors.join('')}`).toBe('SIGKILL');
}
