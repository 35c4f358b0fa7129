import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';

/** Columns of a model's unique key; empty where it has none. */
export function uniqueKeyOf(model: Model): readonly string[] {
  const { materialization } = model;
  if (!('uniqueKey' in materialization) || materialization.uniqueKey === undefined) return [];
  return [materialization.uniqueKey].flat();
}

/** Columns that say which row it is without saying anything of it: keys and the business date. */
export function tellingColumns(model: Model): readonly string[] {
  const { materialization } = model;
  const pruneBy = 'pruneBy' in materialization ? materialization.pruneBy : undefined;
  const touchKey = keyingOf(model)?.touchKey;
  return [
    ...uniqueKeyOf(model),
    ...(touchKey === undefined ? [] : [touchKey]),
    ...(pruneBy === undefined ? [] : [pruneBy]),
  ];
}
