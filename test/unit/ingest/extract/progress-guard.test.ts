import { expect, test } from 'vitest';
import { createProgressGuard } from '../../../../ingest/extract/progress-guard.ts';

test('a cursor that comes back, and an empty page that is not the last, are errors', () => {
  const guard = createProgressGuard('tickets');
  guard.follow('a', 1);
  guard.follow('b', 1);
  const stuck = {
    code: 'EXTRACT_CURSOR_STUCK',
    message: expect.stringContaining('page 3 of tickets') as string,
  };
  expect(() => guard.follow('a', 1)).toThrow(expect.objectContaining(stuck));
  expect(() => guard.follow('c', 0)).toThrow(expect.objectContaining({ code: 'EXTRACT_EMPTY_PAGE' }));
});

test('an API may send empty pages on purpose', () => {
  const guard = createProgressGuard('events', { mayBeEmpty: true });
  guard.follow('a', 0);
  expect(() => guard.follow('a', 0)).toThrow(expect.objectContaining({ code: 'EXTRACT_CURSOR_STUCK' }));
});
