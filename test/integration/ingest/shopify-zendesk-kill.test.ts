import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FailpointName } from '../../../lib/failpoint.ts';
import { openShopify } from './shopify-rig.ts';
import { expectWorld } from './shopify-world.ts';
import { readArchive } from './shopify-zendesk-rig.ts';
import type { SaasRig } from './shopify-zendesk-rig.ts';
import { expectHelpDesk, openZendesk } from './zendesk-rig.ts';

const never = new AbortController().signal;
const incremental = { mode: 'incremental' } as const;
const script = fileURLToPath(new URL('shopify-zendesk-child.ts', import.meta.url));

/** Reads in a process that kills itself at the place; how far the archive is afterwards. */
async function killed(rig: SaasRig, source: string, place: `${FailpointName}:${number}`): Promise<number> {
  const args = [source, rig.host.url(source), rig.controlUrl, rig.dir, '2019-06-01T00:00:00Z'];
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { ...process.env, SHOPWAVE_CRASH_AT: place },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal, `${place}: ${errors}`).toBe('SIGKILL');
  return (await readArchive(rig.store, source)).manifests.length;
}

/** Files lie about unnamed, a manifest is not recorded, a row is and the process knows nothing of it. */
const places = ['cdc.after_file:2', 'cdc.after_manifest:3', 'cdc.after_row:2'] as const;

describe('killed between file, manifest and row, the next run makes it whole', () => {
  test('Shopify', async () => {
    await using rig = await openShopify({}, 60);
    let landed = 0;
    for (const place of places) {
      landed = await killed(rig, 'shopify', place);
      expect(landed).toBeGreaterThan(0);
    }
    await rig.shopify().extract(never, incremental);
    await expectWorld(rig);
    const { manifests } = await readArchive(rig.store, 'shopify');
    expect(manifests.length).toBeGreaterThan(landed);
    const recorded = await rig.control.withSchema('ingest').from('manifest').where({ source: 'shopify' });
    expect(recorded).toHaveLength(manifests.length);
  });

  test('Zendesk: the cursor is never ahead of its pages', async () => {
    await using rig = await openZendesk({ exportPage: 3 }, 900);
    for (const place of places) await killed(rig, 'zendesk', place);
    await rig.zendesk({ perPage: 3 }).extract(never, incremental);
    await expectHelpDesk(rig);
    const { manifests } = await readArchive(rig.store, 'zendesk');
    const recorded = await rig.control.withSchema('ingest').from('manifest').where({ source: 'zendesk' });
    expect(recorded).toHaveLength(manifests.length);
  });
});
