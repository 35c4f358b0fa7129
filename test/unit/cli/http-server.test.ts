import { get } from 'node:http';
import { expect, test } from 'vitest';
import { openHttpFront } from '../../../cli/supervisor/http-server.ts';
import type { HttpFront } from '../../../cli/supervisor/http-server.ts';

function statusOf(front: HttpFront, path: string, host?: string): Promise<number | undefined> {
  const headers = host === undefined ? {} : { host };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: front.port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}

test('it lives at once, is ready when told, and serves what was mounted', async () => {
  const front = await openHttpFront(0);
  expect(await statusOf(front, '/livez')).toBe(200);
  expect(await statusOf(front, '/readyz')).toBe(503);
  expect(await statusOf(front, '/api/x')).toBe(503);
  front.mount('/api', (_, response) => response.writeHead(204).end());
  front.markReady();
  expect(await statusOf(front, '/readyz')).toBe(200);
  expect(await statusOf(front, '/api/x')).toBe(204);
  expect(await statusOf(front, '/apiary')).toBe(404);
  await front.close();
  await front.close();
  await expect(statusOf(front, '/livez')).rejects.toThrow(/ECONNREFUSED|socket hang up/);
});

test('a page that made its own name point here gets nothing', async () => {
  const front = await openHttpFront(0);
  expect(await statusOf(front, '/livez', 'evil.example')).toBe(403);
  expect(await statusOf(front, '/livez', `localhost:${front.port}`)).toBe(200);
  await front.close();
});

test('a port in use is a typed error', async () => {
  const front = await openHttpFront(0);
  await expect(openHttpFront(front.port)).rejects.toMatchObject({ code: 'CLI_PORT_TAKEN' });
  await front.close();
});
