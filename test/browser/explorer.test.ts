import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, openBrowser, openPage, picture } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { formula, hostile, openExplorerWorld } from './explorer-world.ts';
import type { ExplorerWorld } from './explorer-world.ts';

const winter = 'days=2026-01-01..2026-02-28';

describe.skipIf(chromiumPath === undefined)('the metrics explorer', () => {
  let world: ExplorerWorld;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    [world, browser] = await Promise.all([openExplorerWorld(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });
  beforeEach(async () => {
    watched = await openPage(browser);
    page = watched.page;
  });
  afterEach(async () => {
    const { faults, hosts } = watched;
    await watched.close();
    expect(faults).toEqual([]);
    expect([...hosts].filter((host) => !host.startsWith('127.0.0.1:'))).toEqual([]);
  });

  const visit = async (query: string): Promise<void> => {
    await page.goto(`${world.open}/metrics?${query}`);
    await page.locator('#announcement', { hasText: /./ }).waitFor({ state: 'attached' });
  };
  const cells = async (): Promise<string[][]> =>
    page
      .locator('#table tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  const problem = async (): Promise<string> => page.locator('#problem .problem').innerText();

  it('is used from the first measure to the answer with the keyboard alone', async () => {
    await page.goto(`${world.open}/metrics`);
    await page.locator('#measures').waitFor();
    await picture(page, 'start');
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.id');
    await press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await press('Tab', 'Tab');
    expect(await focused()).toBe('measures');
    await page.keyboard.type('orders placed nothing');
    await page.locator('.nothing').waitFor();
    await press('Control+a');
    await page.keyboard.type('merchandise');
    await page.getByRole('option', { name: 'GMV', exact: true }).waitFor();
    await picture(page, 'listbox');
    await press('ArrowDown');
    const active = page.locator('#measures');
    expect(await active.getAttribute('aria-expanded')).toBe('true');
    const option = page.locator(`#${(await active.getAttribute('aria-activedescendant')) ?? 'none'}`);
    expect(await option.innerText()).toBe('GMV');
    await press('Enter', 'Escape');
    expect(await active.getAttribute('aria-expanded')).toBe('false');
    // Past the chip of the choice, which comes before its field, to the next field.
    await press('Tab');
    expect(await focused()).toBe('by');
    await page.keyboard.type('Channel');
    await page.getByRole('option', { name: 'Channel', exact: true }).waitFor();
    await press('Enter', 'Escape', 'Tab');
    expect(await focused()).toBe('period');
    await page.keyboard.type('All days');
    await press('Tab');
    expect(await focused()).toBe('grain');
    await page.keyboard.type('In total');
    await page.locator('#problem .problem h2').waitFor();
    expect(await problem()).toMatch(/EUR and USD/);
    await page.getByRole('button', { name: 'Split by currency' }).press('Enter');
    await expect.poll(cells).toEqual([
      ['app', 'EUR', '100.10'],
      ['web', 'EUR', '201.10'],
      ['web', 'USD', '12,345,678,901,234.56'],
    ]);
    await page.locator('.chip', { hasText: 'Currency' }).press('Enter');
    expect(await focused()).toBe('');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Channel×');
  });

  it('reaches everything by Tab, shows where one is, and lets one out again', async () => {
    await visit(`m=gmv&m=orders&by=channel&grain=day&${winter}&is.channel=web`);
    await page.locator('#table td').first().waitFor();
    const wanted = await page
      .locator('a[href], button, input, select, summary, [tabindex="0"]')
      .evaluateAll((all) => all.filter((each) => each.checkVisibility()).length);
    const visited = new Set<number>();
    // A date has parts of its own to stop at.
    for (let presses = 0; presses < wanted + 20; presses += 1) {
      await page.keyboard.press('Tab');
      const { at, outline, what } = await page.evaluate<{ at: number; outline: string; what: string }>(`({
        at: [...document.body.querySelectorAll('*')].indexOf(document.activeElement),
        outline: getComputedStyle(document.activeElement).outlineStyle,
        what: document.activeElement.outerHTML.slice(0, 200),
      })`);
      if (at < 0) break;
      expect(outline === 'none' ? what : '').toBe('');
      visited.add(at);
    }
    expect(visited.size).toBe(wanted);
  });

  it('shows chart, table, definition, SQL, publication and origin', async () => {
    await visit(`m=gmv&m=cancellation_rate&grain=month&${winter}`);
    await expect.poll(cells).toEqual([
      ['2026-01-01', '220.40', '50.00 %'],
      ['2026-02-01', '80.80', '50.00 %'],
    ]);
    expect(await page.locator('#served').innerText()).toMatch(
      /^Publication 1\b.*from the (?:warehouse|cache)/,
    );
    expect(await page.locator('figcaption').allInnerTexts()).toEqual(['GMV', 'Cancellation rate']);
    expect(await page.locator('svg.plot path.line').count()).toBe(2);
    const definition = page.locator('.definition', { hasText: 'Cancellation rate' });
    expect(await definition.innerText()).toMatch(
      /certified[\s\S]*Owner\s+operations[\s\S]*Denominator\s+Orders/,
    );
    await page.locator('#sql summary').click();
    await expect.poll(() => page.locator('#statements pre').allInnerTexts()).toHaveLength(2);
    expect(await page.locator('#statements pre').allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/fct_order_events/),
        expect.stringMatching(/fct_orders/),
      ]),
    );
    await picture(page, 'answer');
    await page.locator('.plot-host').first().focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('#announcement').innerText()).toMatch(/^2026-02-01 GMV 80\.80/);
    await page
      .locator('.plot-host')
      .first()
      .hover({ position: { x: 60, y: 60 } });
    expect(await page.locator('.readout').first().innerText()).toMatch(/2026-01-01[\s\S]*220\.40/);
    await picture(page, 'readout');
    await page.reload();
    await expect.poll(() => page.locator('#served').innerText()).toMatch(/from the cache/);
  });

  it('says everything in its address, which another person can open', async () => {
    await visit(
      `m=gmv&by=seller&days=all&not.category=books&is.seller=Comma%2C+Inc.&is.seller=Lumen&by=currency&sort=-gmv`,
    );
    const expected = [
      ['Comma, Inc.', 'USD', '12,345,678,901,234.56'],
      ['Lumen', 'EUR', '200.20'],
    ];
    await expect.poll(cells).toEqual(expected);
    await page.getByRole('button', { name: 'GMV' }).last().press('Enter');
    await expect.poll(cells).toEqual([...expected].reverse());
    expect(await page.evaluate('document.activeElement.textContent')).toBe('GMV ↑');
    await page.locator('#kind').selectOption('none');
    const link = page.url();
    const other = await openPage(browser);
    await other.page.goto(link);
    await other.page.locator('#table td').first().waitFor();
    expect(await other.page.locator('#table').innerText()).toBe(await page.locator('#table').innerText());
    expect(
      await other.page
        .locator('.filter select')
        .evaluateAll((all) => all.map((each) => (each as { value?: string }).value)),
    ).toEqual(['category', 'notEquals', 'seller', 'equals']);
    expect([other.faults, await other.page.locator('#kind').inputValue()]).toEqual([[], 'none']);
    await other.close();
    await page.goBack();
    await page.goBack();
    await expect.poll(cells).toEqual(expected);
  });

  it('gives the exact numbers as CSV, and no formula', async () => {
    await visit('m=gmv&by=sku&by=currency&days=all');
    await page.locator('#table td').first().waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toBe('sku-currency-gmv.csv');
    const text = await readFile(await download.path(), 'utf8');
    expect(text.codePointAt(0)).toBe(0xfeff);
    expect(parse(text, { bom: true })).toEqual([
      ['sku', 'currency', 'gmv'],
      [`'${formula}`, 'USD', '12345678901234.56'],
      ['SKU-1', 'EUR', '200.20'],
      ['SKU-2', 'EUR', '101.00'],
      ['', 'EUR', '0.00'],
    ]);
  });

  it('builds filters from the values there are', async () => {
    await visit(`m=gmv&by=category&${winter}`);
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.locator('.filter select').first().selectOption('category');
    await page.locator('.filter input').click();
    await expect
      .poll(() => page.locator('.filter [role=option]').allInnerTexts())
      .toEqual([hostile, 'books', 'home']);
    await page.locator('.filter input').fill('hom');
    await expect.poll(() => page.locator('.filter [role=option]').first().innerText()).toBe('home');
    await page.getByRole('option', { name: 'home' }).click();
    await expect.poll(cells).toEqual([['home', '200.20']]);
    // A value is taken as it was typed, too, and given back.
    await page.locator('.filter input').fill('nothing of the kind');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toMatch(/is\.category=home&is\.category=nothing\+of\+the\+kind/);
    await page.getByRole('button', { name: 'Remove nothing of the kind' }).press('Enter');
    await page.getByLabel('Sales and returns').check();
    await expect.poll(() => page.url()).toMatch(/is\.category=home&segment=sales_and_returns/);
    await page.getByRole('button', { name: /Remove the filter/ }).click();
    await expect.poll(cells).toEqual([
      ['books', '101.00'],
      ['home', '200.20'],
    ]);
  });

  it('looks into a value by the next level of its hierarchy, and back', async () => {
    await visit(`m=gmv&by=category&${winter}&sort=-category`);
    const before = await cells();
    await page.getByRole('button', { name: 'home', exact: true }).press('Enter');
    await expect.poll(() => page.url()).toMatch(/by=product_title.*is\.category=home/);
    await expect
      .poll(async () => (await page.locator('#table th').first().innerText()).trim())
      .toBe('Product');
    const within = await cells();
    const total = within.reduce((sum, [, amount = '']) => sum + Number(amount), 0);
    expect(total.toFixed(2)).toBe('200.20');
    // Whoever came by the keyboard is in the table that came.
    expect(await page.evaluate(`document.activeElement.getAttribute('aria-label')`)).toBe(
      'Table of the answer',
    );
    await page.goBack();
    await expect.poll(cells).toEqual(before);
  });

  it('shows markup in names, values, titles and addresses as text', async () => {
    await page.route('**/cubejs-api/v1/meta', async (route) => {
      const text = await (await route.fetch()).text();
      await route.fulfill({
        body: text.replaceAll('"GMV"', JSON.stringify(`GMV ${hostile}`)),
        contentType: 'application/json',
      });
    });
    const injected = encodeURIComponent(`"'>${hostile}`);
    await visit(`m=gmv&by=category&by=currency&days=all&not.category=${injected}&grain=${injected}&segment=`);
    await expect.poll(async () => (await cells()).map(([first]) => first)).toContain(hostile);
    expect(await page.locator('.chip').allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`GMV ${hostile}`),
        expect.stringContaining(`"'>${hostile}`),
      ]),
    );
    expect(await page.locator('#notice').innerText()).toContain(hostile);
    await visit(`m=${injected}&segment=${injected}`);
    await expect.poll(problem).toContain(`there is no metric ""'>${hostile}"`.replace('t', 'T'));
    expect(await page.locator('img').count()).toBe(0);
  });

  it('tells in words what cannot be answered', async () => {
    await visit('m=gmv_trailing_28_days&days=all&grain=day');
    await expect.poll(problem).toMatch(/looks back from its days/);
    await visit('m=gmv&m=tickets&by=channel&days=all');
    await expect.poll(problem).toMatch(/support\) has no dimension "channel"/);
    await visit('m=gmv&by=currency&days=2026-03-01..2026-02-01');
    await expect.poll(problem).toMatch(/lies before the first/);
    await page.route('**/cubejs-api/v1/load', (route) => route.abort());
    await visit('m=gmv&by=currency&days=all');
    await expect.poll(problem).toMatch(/The server does not answer/);
    watchedFaultsAreFetches();
    await page.unroute('**/cubejs-api/v1/load');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.locator('#table td').first().waitFor();
  });

  function watchedFaultsAreFetches(): void {
    expect(watched.faults.every((each) => each.includes('ERR_FAILED'))).toBe(true);
    (watched.faults as string[]).length = 0;
  }

  it('asks again when Cube wants to be asked again, and all of it when a publication came between', async () => {
    let asked = 0;
    await page.route('**/cubejs-api/v1/load', async (route) => {
      asked += 1;
      const turn = asked;
      if (turn === 1) return route.fulfill({ json: { error: 'Continue wait' } });
      const response = await route.fetch();
      const headers = {
        ...response.headers(),
        'x-shopwave-publication': turn === 2 ? '1' : '2',
        'x-shopwave-fresh-as-of': '2026-02-28 10:20:30.123',
        'x-shopwave-stale': String(turn === 4),
      };
      return route.fulfill({ response, headers });
    });
    await visit(`m=gmv&m=orders&${winter}`);
    await expect.poll(cells).toEqual([['301.20', '4']]);
    expect(asked).toBe(5);
    expect(await page.locator('#served').innerText()).toMatch(
      /^Publication 2, complete up to 2026-02-28 10:20 UTC \(\d+ days ago\), from the \w+, a newer one/,
    );
    expect(await page.locator('.figure').allInnerTexts()).toEqual([
      expect.stringMatching(/GMV\s+301\.20/),
      expect.stringMatching(/Orders\s+4/),
    ]);
    await picture(page, 'figures');
  });

  it('takes up what the metrics mean anew when the model has changed', async () => {
    const answered: string[] = [];
    await page.route('**/cubejs-api/v1/{load,meta}', async (route) => {
      const response = await route.fetch();
      answered.push(new URL(route.request().url()).pathname.slice(-4));
      const model = answered.includes('load') ? 'after' : 'before';
      return route.fulfill({ response, headers: { ...response.headers(), 'x-shopwave-model': model } });
    });
    await visit(`m=gmv&${winter}`);
    await expect.poll(cells).toEqual([['301.20']]);
    expect(answered).toEqual(['meta', 'load', 'meta', 'load']);
  });

  it('shows who is known what they may see, and nothing else', async () => {
    const titles = (): Promise<string[]> => page.locator('.views button').allInnerTexts();
    const guarded = await world.guarded();
    await page.goto(`${guarded}/metrics?m=gmv`);
    await page.getByLabel('User').fill('bo');
    await page.getByLabel('Secret').fill('wrong');
    await picture(page, 'sign-in');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/not accepted/);
    await page.getByLabel('Secret').fill('bö:secret');
    await page.keyboard.press('Enter');
    await expect.poll(problem).toMatch(/no metric "gmv"/);
    const hidden = (await problem()).replaceAll('gmv', 'IT');
    await page.getByRole('button', { name: 'Remove gmv' }).click();
    await expect.poll(titles).toEqual(['Orders']);
    await page.getByRole('button', { name: 'Orders' }).click();
    await expect.poll(async () => (await cells()).length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.locator('body').innerText()).not.toMatch(/Orders/);
    await page.goto(`${guarded}/metrics?m=xyz`);
    await page.getByLabel('User').fill('bo');
    await page.getByLabel('Secret').fill('bö:secret');
    await page.keyboard.press('Enter');
    await expect.poll(problem).toBe(hidden.replaceAll('IT', 'xyz'));
  });
});
