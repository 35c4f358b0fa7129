/** Why a model is built whole. first: it has no table. refresh: asked for. definition: its SQL or config changed. */
export type FullCause = 'first' | 'refresh' | 'definition' | 'input';

/** What a build does with one stored model; decided by run/plan.ts, carried out by computeDelta. */
export type ModelPlan =
  | { readonly kind: 'skip' }
  | { readonly kind: 'full'; readonly reason: string; readonly cause: FullCause }
  | {
      readonly kind: 'incremental';
      readonly changedInputs: readonly string[];
      /** A relation with a column touch_key: keys given from outside (backfill, rerun), united with the mapped ones. */
      readonly extraKeys?: string | undefined;
    };
