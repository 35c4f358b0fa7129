import { errorCatalog } from '../../../lib/errors.ts';

/** Of checks and freshness that cannot be carried out as they were declared. */
export const checkErrors = errorCatalog({
  CHECK_CONDITION_INVALID: {
    summary: 'warn_if or error_if of a check is no condition on a number of failures.',
    remedy: 'Write a comparison with a number, such as `>10`, `!= 0` or `between 1 and 5`.',
    retryable: false,
  },
  CHECK_ARGUMENT_INVALID: {
    summary: 'A generic check lacks an argument, or has one that it does not take.',
    remedy: 'Mend the `arguments:` of the check in the YAML file.',
    retryable: false,
  },
  CHECK_FAIL_CALC_EMPTY: {
    summary: 'fail_calc gave no number.',
    remedy: 'An aggregate over no rows is null: wrap it, such as `coalesce(sum(n), 0)`.',
    retryable: false,
  },
  UNIT_TEST_INPUT_MISSING: {
    summary: 'A unit test gives no rows for an input of its model.',
    remedy: 'Add the input under `given:`; `rows: []` stands for an empty one.',
    retryable: false,
  },
  UNIT_TEST_INPUT_UNKNOWN: {
    summary: 'A unit test gives rows for something that its model does not read.',
    remedy: 'Remove the input from `given:`, or refer to it in the model.',
    retryable: false,
  },
  UNIT_TEST_COLUMN_UNKNOWN: {
    summary: 'A fixture of a unit test has a column that its relation does not have.',
    remedy: 'Check the spelling of the column.',
    retryable: false,
  },
  UNIT_TEST_FIXTURE_INVALID: {
    summary: 'A fixture of a unit test cannot be read.',
    remedy: 'CSV needs a header and as many values in each line; dicts need plain values.',
    retryable: false,
  },
  FRESHNESS_UNCONFIGURED: {
    summary: 'A source has freshness limits but nothing says when its rows were loaded.',
    remedy: 'Give the source a loaded_at_field or a loaded_at_query.',
    retryable: false,
  },
});
