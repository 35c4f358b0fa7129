import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownModel } from '../../cli/semantic-settings.ts';
import { catalogueOf } from '../../semantic/docs/catalogue.ts';
import { cataloguePage } from '../../semantic/docs/page.ts';
import { readTexts } from '../../semantic/validate/read-texts.ts';
import { readModel } from '../../semantic/validate/validate.ts';
import { chromiumPath, openBrowser, openPage, picture } from './browser.ts';
import type { WatchedPage } from './browser.ts';

let folder: string;
let browser: Browser;
let address: string;

describe.skipIf(chromiumPath === undefined)('the page about all metrics', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-catalogue-'));
    const read = readModel(
      (await readTexts(ownModel)).map((file) => ({
        ...file,
        content: file.content.replace(
          'synonyms: [revenue, net sales, Umsatz]',
          "synonyms: [revenue, net sales, Umsatz, '</script><b>']\n          deprecated: use total_sales in its place",
        ),
      })),
    );
    if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.findings));
    const columns = [
      { name: 'amount_minor', type: 'bigint', description: 'Signed.', from: ['int_events.amount_minor'] },
    ];
    const mart = {
      name: 'fct_order_events',
      description: 'Events.',
      columns,
      upstream: ['int_events', 'shop.orders'],
    };
    const catalogue = catalogueOf({
      model: read.model,
      marts: new Map([[mart.name, mart]]),
      statements: new Map([['finance.net_revenue', [{ sql: 'select 1 < 2', parameters: [] }]]]),
      golden: new Map([['net_revenue', ['every metric']]]),
    });
    const file = path.join(folder, 'metrics.html');
    await writeFile(file, await cataloguePage(catalogue));
    address = pathToFileURL(file).href;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function opened(fragment = '', options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const watched = await openPage(browser, options);
    await watched.page.goto(`${address}${fragment}`);
    return watched;
  }

  it('is searched and read without a mouse', async () => {
    const { page, faults, hosts, close } = await opened();
    const { keyboard } = page;
    const focused = (): Promise<string> =>
      page.evaluate('document.activeElement.id || document.activeElement.textContent');
    await keyboard.press('/');
    expect(await focused()).toBe('search');
    await keyboard.type('umsatz revenue');
    await expect.poll(() => page.locator('#count').textContent()).toBe('1 of 76 metrics');
    await keyboard.press('ArrowDown');
    expect(await focused()).toBe('Net revenue');
    await keyboard.press('Enter');
    await expect.poll(() => page.locator('h1').textContent()).toBe('Net revenue');
    await expect.poll(focused).toBe('main');
    await keyboard.press('Escape');
    expect(await page.locator('#count').textContent()).toBe('76 metrics');
    expect(await focused()).toBe('search');
    // Back leads to the overview, as from any page.
    await page.goBack();
    await expect.poll(() => page.locator('h1').textContent()).toBe('The metrics');
    await picture(page, 'catalogue-overview');
    expect([faults, [...hosts].filter((host) => host !== '')]).toEqual([[], []]);
    await close();
  });

  it('tells of a metric what it means, whose it is, how it is computed and what becomes of it', async () => {
    const { page, faults, close } = await opened('#finance.net_revenue');
    const said = await page.locator('main').innerText();
    for (const words of [
      'certified',
      'Deprecated. use total_sales in its place',
      '</script><b>',
      'r9_net_revenue: what is served is what the mart says',
      'golden: every metric',
      'select 1 < 2',
      'made from int_events, shop.orders',
      'int_events.amount_minor',
      'net_revenue_minor',
      'Storefront through which the order was placed.',
      'Sales and returns',
    ])
      expect(said).toContain(words);
    await picture(page, 'catalogue-metric');
    expect(faults).toEqual([]);
    await close();
  });

  it('fits a phone', async () => {
    const { page, close } = await opened('#finance.net_revenue', { viewport: { width: 390, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await picture(page, 'catalogue-phone');
    await close();
  });
});
