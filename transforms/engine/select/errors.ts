import { errorCatalog } from '../../../lib/errors.ts';

/** Of selections that cannot be read, or name what does not exist. */
export const selectErrors = errorCatalog({
  SELECT_SYNTAX: {
    summary: 'A selector could not be read.',
    remedy:
      'Write a name, `method:value`, or either with `+`, `2+` or `@` around it; commas mean "and", spaces "or".',
    retryable: false,
  },
  SELECT_UNKNOWN_METHOD: {
    summary: 'A selector names a method that does not exist.',
    remedy: 'Use one of the methods listed in the message.',
    retryable: false,
  },
  SELECT_UNKNOWN_VALUE: {
    summary: 'A selector gives a method a value that it does not know.',
    remedy: 'Use one of the values listed in the message.',
    retryable: false,
  },
  SELECT_NO_MATCH: {
    summary: 'A selector names something that the project does not have.',
    remedy: 'Check the spelling; `shopwave transform ls` lists the names.',
    retryable: false,
  },
  SELECT_STATE_MISSING: {
    summary: 'A selector compares with an earlier run, and no such run was given.',
    remedy: 'Name the folder that holds the artifacts of the earlier run with --state <folder>.',
    retryable: false,
  },
  SELECT_SELECTORS_INVALID: {
    summary: 'The file of named selectors is not valid.',
    remedy:
      'Mend the place shown: each entry has a name and a definition of union, intersection or method and value.',
    retryable: false,
  },
});
