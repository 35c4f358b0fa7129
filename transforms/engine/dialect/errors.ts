import { errorCatalog } from '../../../lib/errors.ts';

/** Of calls of dialect macros. */
export const dialectErrors = errorCatalog({
  DIALECT_ARGUMENT: {
    summary: 'A dialect macro was called with arguments that it does not take.',
    remedy: 'See the macro and its parameters in docs/reference/dialect-macros.md.',
    retryable: false,
  },
  DIALECT_UNKNOWN_MACRO: {
    summary: 'A template calls a dialect macro that does not exist.',
    remedy: 'Check the spelling; every dialect macro is listed in docs/reference/dialect-macros.md.',
    retryable: false,
  },
});
