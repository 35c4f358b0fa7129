import { errorCatalog } from '../../../lib/errors.ts';

export const materializeErrors = errorCatalog({
  TRANSFORM_DUPLICATE_KEYS: {
    summary: 'Rows that a model wants to merge have a key that is null, or is there twice.',
    remedy:
      'Make the key unique in the SELECT (row_number() over the key, keep the first), or correct unique_key. Nothing was written.',
    retryable: false,
  },
  TRANSFORM_UNKNOWN_KEY: {
    summary: 'unique_key names a column that the model does not have.',
    remedy: 'Correct config.unique_key, or select the column.',
    retryable: false,
  },
  TRANSFORM_CONTRACT_BROKEN: {
    summary: 'The columns of a model are not those that its contract promises.',
    remedy: 'Change the SELECT, or the columns in the YAML file. Nothing was built.',
    retryable: false,
  },
  TRANSFORM_CONTRACT_BREAKING: {
    summary: 'A contract takes a column away from its readers, or gives it another type.',
    remedy:
      'Add a new version of the model (versions: in its YAML) and let readers move, or accept the break with --full-refresh.',
    retryable: false,
  },
  TRANSFORM_CONSTRAINT_VIOLATED: {
    summary: 'Rows of a model break a constraint of its contract.',
    remedy: 'Correct the data or the SELECT, or drop the constraint. Nothing was published.',
    retryable: false,
  },
  TRANSFORM_SCHEMA_CHANGED: {
    summary: 'The columns of an incremental model differ from those of its table.',
    remedy:
      'Set on_schema_change to append_new_columns or sync_all_columns, or rebuild it with --full-refresh.',
    retryable: false,
  },
  TRANSFORM_PRUNE_BY_INVALID: {
    summary: 'prune_by names no date or timestamp of the model, so that it cannot bound a publish.',
    remedy: 'Name a column of type date or timestamp in meta.prune_by, or leave it out. Nothing was built.',
    retryable: false,
  },
  TRANSFORM_MAPPING_FAILED: {
    summary:
      'The warehouse refused a mapping of touched_by, which says whose rows a change of an input concerns.',
    remedy: 'Correct the entry shown: it may use the columns of its input and must give a column touch_key.',
    retryable: false,
  },
  TRANSFORM_DELTA_MISMATCH: {
    summary: 'Publishing would have changed other rows of a table than those that were computed and checked.',
    remedy:
      'Nothing was published. Either unique_key does not tell rows apart (add a unique test, correct the key), or the table was changed by hand; then rebuild it with --full-refresh.',
    retryable: false,
  },
  TRANSFORM_SEED_INVALID: {
    summary: 'A seed is no well-formed CSV file, or a value does not fit its column type.',
    remedy: "Correct the line shown; column_types in the seed's YAML overrides inferred types.",
    retryable: false,
  },
});
