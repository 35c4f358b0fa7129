import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { silentLogger } from '../../../../lib/logger.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { openRig } from './rig.ts';

/** What of the driver's that its interface does not promise is counted on; an upgrade that takes it away fails here. */
test('the driver hands over raw values, tells Snowflake nothing of its own, and writes nowhere', async () => {
  const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const lines: string[] = [];
  let url = '';
  const debug: Logger['debug'] = (message) => void lines.push(message);
  const logger: Logger = { ...silentLogger, debug };
  {
    await using rig = await openRig({ logger });
    url = rig.double.url;
    const telemetry = rig.double.faults.add({ on: 'telemetry', do: { kind: 'slow', ms: 0 }, times: 100 });
    // Beyond what a JS number holds: the driver's own reading would warn, and report that it did.
    expect(await rig.warehouse.query('select 9007199254740993 as n, 1.10 as d')).toEqual([
      { n: 9_007_199_254_740_993n, d: '1.10' },
    ]);
    rig.double.faults.add({ do: { kind: 'status', status: 503 } });
    await rig.warehouse.query('select 1');
    await expect(rig.warehouse.query('selec 1')).rejects.toThrow();
    expect(telemetry.struck).toBe(0);
  }
  for (const write of written) {
    expect(
      write.mock.calls.map(([text]) => String(text)).filter((text) => /snowflake|connection/i.test(text)),
    ).toEqual([]);
    write.mockRestore();
  }
  // Other tests speak to doubles of theirs by the bare driver.
  const log = await readFile(path.join(process.cwd(), 'snowflake.log'), 'utf8').catch(() => '');
  expect(log).not.toContain(url);
  expect(lines.every((line) => line === 'snowflake-sdk')).toBe(true);
});

test('what is slow to arrive is not kept whole in memory', async () => {
  await using rig = await openRig({ double: { sizes: { inlineBytes: 50_000, chunkBytes: 500_000 } } });
  const parts = rig.double.faults.add({ on: 'chunk', do: { kind: 'slow', ms: 0 }, times: 1_000 });
  const rows = rig.warehouse.stream(
    `select row_number() over (order by null) as id, concat(uuid_string(), uuid_string()) as filler
     from table(generator(rowcount => 60000))`,
  );
  let read = 0;
  for await (const row of rows) {
    expect(row['id']).toBe(read + 1);
    read += 1;
    if (read === 2_000) await new Promise((resolve) => setTimeout(resolve, 500));
    // Two parts ahead of the one that is read, of the ten and more that there are.
    if (read === 2_000) expect(parts.struck).toBeLessThanOrEqual(4);
  }
  expect(read).toBe(60_000);
  expect(parts.struck).toBeGreaterThan(8);
});
