import { errorCatalog } from './errors.ts';

export const durationErrors = errorCatalog({
  DURATION_INVALID: {
    summary: 'A duration could not be read.',
    remedy: 'Write a number and a unit: 500ms, 10s, 5m, 2h or 1d.',
    retryable: false,
  },
});

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `'10s'` to 10000. Units: ms, s, m, h, d. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const scale = unitMs[match?.[2] ?? ''];
  if (match === null || scale === undefined) {
    throw durationErrors.error('DURATION_INVALID', { message: `"${text}" is not a duration` });
  }
  return Number(match[1]) * scale;
}

/** 93000 to `'1m 33s'`, for people. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  // Rounded before it is split, so that 59.6 s carry into the minute.
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
