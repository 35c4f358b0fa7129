import { expect, test } from 'vitest';
import type { EngineContext } from '../../../transforms/engine/context.ts';
import { shareLimit } from '../../../transforms/engine/stage/limit.ts';

function limitFor(rows: number, vars: Readonly<Record<string, unknown>> = {}): number {
  // Nothing else of the context is asked.
  return shareLimit({ project: { vars } } as EngineContext, rows);
}

test('a hundred rows may be set aside in any case, and one in a thousand of very many', () => {
  expect([1, 100_000, 1_000_000].map((rows) => limitFor(rows))).toEqual([100, 100, 1_000]);
  expect(limitFor(1_000, { quarantine_share: 0.5, quarantine_rows: 0 })).toBe(500);
  expect(limitFor(1_000, { quarantine_share: 0, quarantine_rows: '5' })).toBe(5);
  expect(() => limitFor(1, { quarantine_rows: 'many' })).toThrow('the var quarantine_rows is "many"');
  expect(() => limitFor(1, { quarantine_share: -1 })).toThrow('quarantine_share');
});
