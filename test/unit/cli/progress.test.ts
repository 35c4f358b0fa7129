import { expect, test } from 'vitest';
import { createProgressDisplay } from '../../../cli/output/progress.ts';
import type { Clock } from '../../../lib/clock.ts';

function display(isTTY: boolean): {
  say: ReturnType<typeof createProgressDisplay>;
  text: () => string;
  at: (ms: number) => void;
} {
  let nowMs = 0;
  let written = '';
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
  };
  const sink = { isTTY, columns: 60, write: (chunk: string) => (written += chunk) };
  return { say: createProgressDisplay(sink, clock), text: () => written, at: (ms) => (nowMs = ms) };
}

test('into a file it writes a line when a step starts and ends, and every few seconds with the time left', () => {
  const { say, text, at } = display(false);
  const step = { step: 'snapshot', total: 1000, unit: 'rows' };
  say.onProgress({ ...step, state: 'started', done: 0 });
  at(1000);
  say.onProgress({ ...step, state: 'running', done: 100 });
  at(4000);
  say.onProgress({ ...step, state: 'running', done: 400 });
  at(4100);
  say.onProgress({ ...step, state: 'running', done: 410 });
  at(10_000);
  say.onProgress({ ...step, state: 'finished', done: 1000 });
  expect(text().split('\n')).toEqual([
    '  … snapshot: 0 of 1,000 rows (0 %)',
    '  … snapshot: 400 of 1,000 rows (40 %), ETA 6.0s',
    '  ✓ snapshot: 1,000 rows  10s',
    '',
  ]);
});

test('on a terminal there is one live line, cleared before anything else is written', () => {
  const { say, text, at } = display(true);
  at(1000);
  say.onProgress({ step: 'build', state: 'started' });
  say.line('hello');
  expect(text()).toBe('\r\u001B[K  … build\r\u001B[Khello\n');
});

test('what is said comes as it stands, beside the steps', () => {
  const { say, text } = display(false);
  say.onProgress({ step: '12:00 info works', state: 'said' });
  expect(text()).toBe('  12:00 info works\n');
});

test('a step that failed has a cross, one that did not a tick', () => {
  const { say, text } = display(false);
  say.onProgress({ step: 'task a', state: 'finished', note: 'success' });
  say.onProgress({ step: 'task b', state: 'failed', note: 'failed: no shop' });
  expect(text()).toBe('  ✓ task a: success\n  ✗ task b: failed: no shop\n');
});
