import process from 'node:process';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createStripe } from '../../../ingest/stripe/stripe.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { testProtection } from '../../support/protection.ts';

/** What the child is told in its only argument. */
export interface StripeChildOrder {
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly dir: string;
  readonly nowMs: number;
  readonly historyFromMs: number;
  readonly key: string;
}

// Extracts once, at a fixed time, and ends; unless a failpoint ends it before.
const order = JSON.parse(process.argv[2] ?? '{}') as StripeChildOrder;
const control = openControlStore(order.controlUrl);
let waitedMs = 0;
const stripe = createStripe({
  control,
  store: await openFolderStore(order.dir),
  clock: {
    now: () => new Date(order.nowMs),
    monotonicMs: () => waitedMs,
    sleep: async (ms) => void (waitedMs += ms),
  },
  logger: silentLogger,
  onProgress: ignoreProgress,
  onDrift: () => {},
  protection: await testProtection(),
  secrets: { read: async () => order.key },
  openObjects: async () => [],
  baseUrl: order.baseUrl,
  historyFromMs: order.historyFromMs,
  windowMs: 400 * 86_400_000,
});
await stripe.extract(new AbortController().signal, { mode: 'incremental' });
await control.destroy();
