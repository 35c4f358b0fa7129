import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../lib/logger.ts';
import { openAccess } from '../../semantic/server/access/access.ts';
import type { Access } from '../../semantic/server/access/access.ts';
import { hashSecret } from '../../semantic/server/access/secret-hash.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import { createMarts } from '../integration/semantic/marts-fixture.ts';
import { serveSemantic } from '../integration/semantic/support.ts';
import type { ServedSemantic } from '../integration/semantic/support.ts';

/** A name that would be a script, a formula and a long word, were it not shown as text. */
export const hostile = '<img src=x onerror=alert(1)>';
export const formula = '=HYPERLINK("http://example.invalid","x")';

/** The small shop, with a sale in dollars in March and names that nobody should run. */
export interface ExplorerWorld {
  /** Where everybody is shown everything. */
  readonly open: string;
  /** Where people have to be known; started when it is first asked for. */
  readonly guarded: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function openExplorerWorld(): Promise<ExplorerWorld> {
  const marts = await createMarts();
  await marts.publisher.run(`
    insert into marts.dim_product (product_key, product_durable_key, sku, title, category, seller_name, is_current)
    values ('p3', 'p3', '${formula}', 'A ${'very '.repeat(40)}long title', '${hostile}', 'Comma, Inc.', true);
    insert into marts.fct_order_events
      (order_event_key, event_type, order_key, order_line_key, customer_key, product_key, channel, country, currency,
       is_test, amount_minor, event_date, order_date, quantity)
    values ('e90', 'sale', 'o9', 'l9', '-1', 'p3', 'web', 'US', 'USD', false, 1234567890123456, '2026-03-10',
       '2026-03-10', 1)`);
  const serve = (access?: Access): Promise<ServedSemantic> =>
    serveSemantic((cube) => createDuckdbReader(cube, marts.instance), silentLogger, access);
  const open = await serve();
  let guarded: Promise<ServedSemantic> | undefined;
  return {
    open: open.url,
    guarded: async () => {
      guarded ??= fulfilmentAlone().then(serve);
      return (await guarded).url;
    },
    stop: async () => {
      await open.stop();
      await (await guarded)?.stop();
      marts.close();
    },
  };
}

/** Bo, and nobody else, who may see three members of one view. */
async function fulfilmentAlone(): Promise<Access> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-explorer-'));
  const file = path.join(folder, 'access.yml');
  await writeFile(
    file,
    `
roles: { fulfilment: { sees: [operations.orders, operations.channel, operations.order_date] } }
groups: { warehouse: { roles: [fulfilment] } }
users: { bo: { secret: ${await hashSecret('bö:secret')}, groups: [warehouse] } }
`,
  );
  const access = await openAccess(file, silentLogger);
  // Its rules stay when the file is gone.
  await rm(folder, { recursive: true });
  return access;
}
