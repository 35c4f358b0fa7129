import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openBrowser, openPage, picture } from './browser.ts';
import { openExplorerWorld } from './explorer-world.ts';
import type { ExplorerWorld } from './explorer-world.ts';

interface Violation {
  readonly id: string;
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>;
}

const views = {
  start: '',
  lines: '?m=gmv&m=orders&by=channel&by=currency&grain=day&days=all',
  bars: '?m=gmv&m=sold_units&by=product_title&by=currency&days=all',
  refused: '?m=gmv&days=all&is.currency=EUR&is.currency=USD&not.sku=x',
} as const;

describe.skipIf(chromiumPath === undefined)('the metrics explorer', () => {
  let world: ExplorerWorld;
  let browser: Browser;
  beforeAll(async () => {
    [world, browser] = await Promise.all([openExplorerWorld(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  const settled = async (page: Page): Promise<void> => {
    await page.locator('.views:visible, #table td:visible, #problem .problem:visible').first().waitFor();
  };

  const devices = [
    { name: 'desk', width: 1400, height: 900, colorScheme: 'light' },
    { name: 'tablet at night', width: 820, height: 1100, colorScheme: 'dark' },
    { name: 'phone', width: 360, height: 740, colorScheme: 'light' },
  ] as const;

  it.each(devices)(
    'fits a $name and can be used by everybody there',
    async ({ name, width, height, colorScheme }) => {
      const { page, faults, close } = await openPage(browser, { viewport: { width, height }, colorScheme });
      for (const [view, query] of Object.entries(views)) {
        await page.goto(`${world.open}/metrics${query}`);
        await settled(page);
        if (view === 'lines') await page.locator('#sql summary').click();
        await picture(page, `${name.replaceAll(' ', '-')}-${view}`);
        const sideways = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([view, sideways]).toEqual([view, 0]);
        if (view === 'start') await page.locator('#measures').click();
        // Not by a script of the page, which its policy would refuse.
        await page.evaluate(axe.source);
        const violations = await page.evaluate(async () => {
          const { axe: checker } = globalThis as unknown as {
            axe: { run: () => Promise<{ violations: Violation[] }> };
          };
          return (await checker.run()).violations;
        });
        expect(
          violations.map(({ id, nodes }) => ({
            id,
            nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
          })),
        ).toEqual([]);
      }
      await page.route('**/cubejs-api/v1/meta', (route) =>
        route.fulfill({ status: 401, json: { error: '' } }),
      );
      await page.goto(`${world.open}/metrics`);
      await page.getByLabel('User').waitFor();
      await picture(page, `${name.replaceAll(' ', '-')}-sign-in`);
      const dark = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(dark === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
      expect(faults).toEqual([]);
      await close();
    },
  );
});
