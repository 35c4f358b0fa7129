import { messageOf } from '../../../../lib/errors.ts';
import { SqlRefused } from '../contract.ts';
import { refused } from './refused.ts';
import type { RefusalKind } from './refused.ts';

/** What DuckDB says, and what Snowflake would have refused the statement with; the first that matches counts. */
const kinds: ReadonlyArray<readonly [RegExp, RefusalKind]> = [
  [/NOT NULL constraint failed/i, 'notNull'],
  [/division by zero/i, 'divisionByZero'],
  [/Table with name .* does not exist|Catalog Error: .*schema .* does not exist/i, 'missing'],
  [/(?:Scalar|Table|Aggregate|Macro)?\s*Function with name .* does not exist/i, 'unknownFunction'],
  [
    /Referenced (?:column|table) .* not found|does not have a column (?:named|with name)|column .* not found/i,
    'invalidIdentifier',
  ],
  [/Ambiguous reference to column/i, 'ambiguous'],
  [/Malformed JSON|Invalid Input Error: .*JSON/i, 'notJson'],
  [
    /(?:timestamp|date|time) field value|invalid timestamp|unable to parse (?:timestamp|date)/i,
    'notTimestamp',
  ],
  [/Could not convert string .* to (?:INT|DECIMAL|DOUBLE|HUGEINT|BIGINT|FLOAT|UINT)/i, 'notNumeric'],
  [/Could not convert string .* to (?:TIMESTAMP|DATE|TIME)/i, 'notTimestamp'],
  [/Could not cast value|out of range|Overflow/i, 'outOfRange'],
  [/Parser Error/i, 'syntax'],
  [/Binder Error.*(?:table .* has \d+ columns|columns but \d+ values)/i, 'columnCount'],
  [/Binder Error|Conversion Error|Invalid Input Error/i, 'invalidValue'],
];

/** An error of DuckDB as Snowflake's refusal. What no pattern knows is an internal error, which no test expects. */
export function asRefusal(error: unknown): SqlRefused {
  if (error instanceof SqlRefused) return error;
  const message = messageOf(error);
  const kind = kinds.find(([pattern]) => pattern.test(message))?.[1] ?? 'internal';
  // The text alone, between single quotes, as Snowflake says it.
  const unread = /Could not convert string "([^]*)" to [A-Z]/.exec(message)?.[1];
  return refused(kind, unread === undefined ? message : `'${unread}'`);
}
