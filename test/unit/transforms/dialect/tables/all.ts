import type { TruthTables } from '../truth.ts';
import { aggregateTables } from './aggregates.ts';
import { dateTables } from './dates.ts';
import { dbtTables } from './dbt.ts';
import { jsonTables } from './json.ts';
import { textTables } from './text.ts';
import { valueTables } from './values.ts';

export const truthTables: TruthTables = {
  ...jsonTables,
  ...dateTables,
  ...valueTables,
  ...textTables,
  ...aggregateTables,
  ...dbtTables,
};
