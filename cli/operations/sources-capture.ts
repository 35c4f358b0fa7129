import type { ShopCapture } from '../../ingest/postgres/capture.ts';
import type { OperationContext } from './operation.ts';

/** Capture of the platform's shop as it is configured, with nothing set up yet. */
export async function openCapture(
  { platform, onProgress }: OperationContext,
  canary?: boolean,
): Promise<ShopCapture> {
  return await platform.source(undefined, { onProgress, ...(canary === undefined ? {} : { canary }) });
}
