import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type express from 'express';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';

const folder = path.resolve(import.meta.dirname, '../explorer');

/** A file of the page, ready to be sent. */
interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

/** The page holds no numbers, so whoever reaches the server may have it: it asks for them as its reader. */
const files: Readonly<Record<string, { readonly type: string; readonly read: () => Promise<string> }>> = {
  '/': { type: 'text/html; charset=utf-8', read: () => source('page.html') },
  '/page.css': { type: 'text/css; charset=utf-8', read: () => source('page.css') },
  '/icon.svg': { type: 'image/svg+xml', read: () => source('icon.svg') },
  '/page.js': { type: 'text/javascript; charset=utf-8', read: bundled },
};

const headers = {
  // Nothing from elsewhere, nothing inline, no text that becomes code.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Asked for again each time, and answered with 304 while it is the same.
  'cache-control': 'no-cache',
};

/** Serves the metrics explorer at /metrics. Its TypeScript is bundled when it is first asked for, and kept. */
export function mountExplorer(app: express.Express, logger: Logger): void {
  const kept = new Map<string, Promise<Asset>>();
  const find = (name: string): Promise<Asset> | undefined => {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (file === undefined) return undefined;
    const found = kept.get(name) ?? file.read().then((text) => asset(file.type, text));
    kept.set(name, found);
    // What failed is tried again.
    found.catch(() => kept.delete(name));
    return found;
  };
  const send: (...args: Parameters<express.RequestHandler>) => Promise<void> = async (
    request,
    response,
    next,
  ) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    try {
      const found = await find(request.path);
      if (found === undefined) return next();
      response.set({ ...headers, 'content-type': found.type, etag: found.etag, vary: 'accept-encoding' });
      const isZipped = request.acceptsEncodings('gzip') !== false;
      if (isZipped) response.set('content-encoding', 'gzip');
      response.send(isZipped ? found.zipped : found.plain);
    } catch (error) {
      logger.error('the metrics explorer cannot be served', { reason: messageOf(error) });
      response
        .status(500)
        .type('text/plain')
        .send('The metrics explorer cannot be served; the log says why.');
    }
  };
  app.use('/metrics', (request, response, next) => void send(request, response, next));
}

async function source(name: string): Promise<string> {
  return readFile(path.join(folder, name), 'utf8');
}

async function bundled(): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'main.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('');
}

async function asset(type: string, text: string): Promise<Asset> {
  const plain = Buffer.from(text);
  // Weak: the same page, be it zipped or not.
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { type, etag, plain, zipped: await promisify(gzip)(plain, { level: 9 }) };
}
