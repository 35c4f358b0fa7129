import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Debian's, or what `SHOPWAVE_CHROMIUM` names; undefined where there is none. */
export const chromiumPath: string | undefined = [
  process.env['SHOPWAVE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((each) => each !== undefined && existsSync(each));

if (chromiumPath === undefined) {
  process.stderr.write(
    '\nSKIPPED: this machine has no Chromium (apt-get install chromium, or SHOPWAVE_CHROMIUM=path).\nNO PAGE WAS LOOKED AT IN A BROWSER.\n\n',
  );
}

export async function openBrowser(): Promise<Browser> {
  // Chromium's own sandbox needs another user than root; what it is shown here is our own.
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}

/** A page that remembers what went wrong in it, and whom it asked. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, of the console and of the Content-Security-Policy. */
  readonly faults: readonly string[];
  readonly hosts: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // A refused query is the answer to a wrong question, which the browser calls an error.
    const isRefusal = /status of (?:400|401) /.test(message.text());
    if (message.type() === 'error' && !isRefusal) faults.push(message.text());
  });
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  return { page, faults, hosts, close: () => context.close() };
}

/** Keeps a picture where somebody wants to look: `SHOPWAVE_SCREENSHOTS=folder`. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOPWAVE_SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
