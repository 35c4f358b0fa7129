import type { FunctionTable } from '../call.ts';
import { aggregateFunctions } from './aggregates.ts';
import { conversionFunctions } from './conversions.ts';
import { dateFunctions } from './dates.ts';
import { numberFunctions } from './numbers.ts';
import { textFunctions } from './text.ts';
import { variantFunctions } from './variants.ts';

/** Every function that this double knows, by its name in Snowflake. What is not here is refused. */
export const functions: FunctionTable = {
  ...textFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...conversionFunctions,
  ...variantFunctions,
  ...aggregateFunctions,
};
