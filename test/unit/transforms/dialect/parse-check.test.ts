import { expect, test } from 'vitest';
import { parseCheck } from '../../../../transforms/engine/dialect/parse-check.ts';

test('a statement that does not parse is reported with its line and column', async () => {
  expect(await parseCheck('select a,\n  b\nfrom where c = 1', 'snowflake')).toMatchObject({
    line: 3,
    message: expect.stringContaining('line 3') as string,
    column: expect.any(Number) as number,
  });
  expect(await parseCheck('select a, from t', 'snowflake')).toMatchObject({ line: 1 });
});

// Once hundreds of statements have made the parser's code hot, its frames are larger, and 50 levels are too many for V8's
// stack: then it says nothing of the statement.
test('nesting beyond the parser’s own limit of 32 levels parses', async () => {
  const deep = `select ${'coalesce('.repeat(100)}a${', 1)'.repeat(100)} from t`;
  expect(await parseCheck(deep, 'snowflake')).toBeUndefined();
  expect(await parseCheck(deep.slice(0, 200), 'snowflake')).toBeDefined();
});
