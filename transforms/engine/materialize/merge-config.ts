import type { Model } from '../project/model.ts';

/** dbt's finer settings of a merge. */
export interface MergeConfig {
  /** Conditions on the table's rows; they may name DBT_INTERNAL_DEST. */
  readonly predicates: readonly string[];
  /** Whether a matched row's column takes the new value. */
  readonly isUpdated: (column: string) => boolean;
}

/** Reads incremental_predicates, merge_update_columns and merge_exclude_columns. */
export function mergeConfig({ config }: Model): MergeConfig {
  const predicates = texts(config.authored['incremental_predicates']);
  const only = texts(config.authored['merge_update_columns']);
  const excluded = texts(config.authored['merge_exclude_columns']);
  return {
    predicates,
    isUpdated: (column) => (only.length > 0 ? only.includes(column) : !excluded.includes(column)),
  };
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(String) : [];
}
