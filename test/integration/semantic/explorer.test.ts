import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSemantic } from './support.ts';
import type { SemanticFixture } from './support.ts';

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic('empty', {
    identify: async () => {
      throw new Error('the page itself asks for nobody');
    },
  });
});
afterAll(() => shop.stop());

it.each([
  ['/metrics', 'text/html', '<!doctype html>'],
  ['/metrics/', 'text/html', '<!doctype html>'],
  ['/metrics/page.css', 'text/css', ':root'],
  ['/metrics/icon.svg', 'image/svg+xml', '<svg'],
  ['/metrics/page.js', 'text/javascript', ''],
])('%s is served with a strict policy, and not again while it is the same', async (path, type, start) => {
  const first = await fetch(`${shop.url}${path}`);
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toContain(type);
  expect(first.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(first.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http/);
  expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  expect(first.headers.get('access-control-allow-origin')).toBeNull();
  expect((await first.text()).startsWith(start)).toBe(true);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(`${shop.url}${path}`, {
    // As browsers ask; Node would ask for no cached answer at all.
    headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
  });
  expect([etag.length > 20, again.status, (await again.text()).length]).toEqual([true, 304, 0]);
});

it('the script has no way to make code of text', async () => {
  const script = await (await fetch(`${shop.url}/metrics/page.js`)).text();
  expect(/\.innerHTML\s*=|insertAdjacentHTML|document\.write\(/.exec(script)).toBeNull();
});

it('nothing else is there, nor can anything be sent', async () => {
  for (const path of [
    '/metrics/main.ts',
    '/metrics/../semantic.ts',
    '/metrics/%2e%2e/errors.ts',
    '/metrics/toString',
  ]) {
    expect((await fetch(`${shop.url}${path}`)).status).toBe(404);
  }
  expect((await fetch(`${shop.url}/metrics`, { method: 'POST' })).status).toBe(404);
});
