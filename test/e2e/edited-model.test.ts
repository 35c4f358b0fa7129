import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createDataFolder, launch, run } from '../support/command.ts';

const productModel = path.resolve(import.meta.dirname, '../../semantic/model');

test('the model of a running platform is edited: what is sound is served, what is not leaves the one before', async () => {
  await using folder = await createDataFolder();
  await using work = await createDataFolder();
  const model = path.join(work.path, 'model');
  const file = path.join(model, 'cubes/order_events.yml');
  await cp(productModel, model, { recursive: true });
  const original = await readFile(file, 'utf8');
  const edit = async (from: string, to: string): Promise<void> => {
    const edited = original.replace(from, to);
    expect(edited).not.toBe(original);
    await writeFile(file, edited);
  };
  const env = { ...process.env, SHOPWAVE_MODEL: model };
  const dir = ['--data-dir', folder.path];
  const options = ['start', '--backlog', '500', '--tick', '1h', '--port', '0', ...dir];
  const started = launch(options, { env });
  const line = await started.line(/Metrics over REST:/);
  const [address = ''] = /http:\S+load/.exec(line) ?? [];
  const gmv = async (): Promise<unknown> => {
    const response = await fetch(`${address}?query={"measures":["finance.gmv"]}`);
    const { data = [] } = (await response.json()) as { data?: { 'finance.gmv': string }[] };
    return data[0]?.['finance.gmv'];
  };
  const sold = await gmv();
  expect(sold).toMatch(/^\d+\.\d\d/);

  await edit('  - name: order_events\n', '  - name: order_events: oops\n');
  expect(await started.line(/✗ metric model: .*this is no YAML/)).toMatch(/cubes\/order_events\.yml:\d+:\d+/);
  expect(await gmv()).toBe(sold);
  expect((await run(['status', ...dir])).stdout).toMatch(/metric model not loaded +\S*order_events\.yml:\d+/);

  // It compiles, and is told by the rules alone.
  await edit('        format: currency\n', '');
  expect(await started.line(/✗ metric model: .* has no format/)).toMatch(/cubes\/order_events\.yml:\d+:\d+/);
  expect(await gmv()).toBe(sold);

  await edit("{CUBE}.event_type = 'sale'", "{CUBE}.event_type = 'refund'");
  await started.line(/✓ the metric model is served as its files are now/);
  const refunded = await gmv();
  expect(refunded).toMatch(/^-\d+\.\d\d/);
  const asked = await run(['metrics', 'query', 'gmv', '-o', 'json', ...dir]);
  expect(JSON.parse(asked.stdout)).toEqual([{ gmv: refunded }]);

  started.child.kill('SIGINT');
  expect((await started.finished).code).toBe(0);
});
