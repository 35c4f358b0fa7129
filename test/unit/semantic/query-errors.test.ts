import { describe, expect, it } from 'vitest';
import { queryError, queryErrorText } from '../../../semantic/server/query-errors.ts';

describe('query errors', () => {
  it.each([
    [
      'Error: Invalid Input Error: mixed currencies: EUR and GBP\n\nLINE 1: select',
      'SEMANTIC_MIXED_CURRENCIES',
      'a money metric cannot add amounts in EUR and GBP',
    ],
    [
      'Error: Catalog Error: Table with name "marts.fct_orders" does not exist because schema "marts" does not exist.',
      'SEMANTIC_NOT_PUBLISHED',
      'marts.fct_orders is not there yet',
    ],
    [
      'Error: Catalog Error: Table with name fct_orders does not exist!\nDid you mean',
      'SEMANTIC_NOT_PUBLISHED',
      'fct_orders is not there yet',
    ],
    ['Error: Out of Memory Error: x\n\nLINE 1', 'SEMANTIC_QUERY_FAILED', 'Out of Memory Error: x'],
  ])('%j', (text, code, message) => {
    expect(queryError(text, 'SEMANTIC_QUERY_FAILED')).toMatchObject({ code, message });
  });

  it('reads back what it told a REST client', () => {
    const error = queryError('Error: mixed currencies: EUR and GBP', 'SEMANTIC_QUERY_FAILED');
    expect(queryError(queryErrorText(error), 'SEMANTIC_QUERY_REJECTED')).toMatchObject({
      code: error.code,
      message: error.message,
      remedy: error.remedy,
    });
  });
});
