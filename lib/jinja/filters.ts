import type { FilterTable } from './filter-table.ts';
import { HIGHER_FILTERS } from './filters-higher.ts';
import { HTML_FILTERS } from './filters-html.ts';
import { NUMBER_FILTERS } from './filters-number.ts';
import { SEQUENCE_FILTERS } from './filters-sequence.ts';
import { TEXT_FILTERS } from './filters-text.ts';

/** Every filter of Jinja2 by name, and dbt's. */
export const BUILTIN_FILTERS: FilterTable = new Map([
  ...TEXT_FILTERS,
  ...NUMBER_FILTERS,
  ...SEQUENCE_FILTERS,
  ...HIGHER_FILTERS,
  ...HTML_FILTERS,
]);
