import { describe, expect, it } from 'vitest';
import { queryError, queryErrorText } from '../../../semantic/server/query-errors.ts';

describe('query errors', () => {
  it.each([
    [
      "Error: Conversion Error: Could not convert string 'mixed currencies: EUR and GBP' to INT32\n\nLINE 1: select",
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
    [
      "OperationFailedError: Numeric value 'mixed currencies: EUR and GBP' is not recognized",
      'SEMANTIC_MIXED_CURRENCIES',
      'a money metric cannot add amounts in EUR and GBP',
    ],
    [
      "OperationFailedError: SQL compilation error:\nObject 'SHOPWAVE.MARTS.FCT_ORDERS' does not exist or not authorized.",
      'SEMANTIC_NOT_PUBLISHED',
      'SHOPWAVE.MARTS.FCT_ORDERS is not there yet, or the role of the semantic layer may not read it',
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
