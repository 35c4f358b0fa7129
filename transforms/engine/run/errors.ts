import { errorCatalog } from '../../../lib/errors.ts';

export const runErrors = errorCatalog({
  TRANSFORM_HELD_BACK: {
    summary: 'A publication went out without some marts: they are held back at their last good version.',
    remedy:
      'Everything else is published. Correct the data or the model named; the next build takes the same changes up again.',
    retryable: false,
  },
  TRANSFORM_FULL_REFRESH_FORBIDDEN: {
    summary: 'A model whose history cannot be made again (full_refresh: false) would have been rebuilt.',
    remedy:
      'Leave it out with --exclude, or set full_refresh to true once you are sure that it can be rebuilt.',
    retryable: false,
  },
  TRANSFORM_RUN_UNKNOWN: {
    summary: 'There is no publication of that run id or version.',
    remedy: 'See the versions in _meta.publication.',
    retryable: false,
  },
  TRANSFORM_MODEL_NOT_IN_RUN: {
    summary: 'A rerun names a model for which that run consumed nothing.',
    remedy: 'Leave it out, or name one of the models listed.',
    retryable: false,
  },
  TRANSFORM_RETENTION_INVALID: {
    summary: 'The var feed_retention is not a duration.',
    remedy: 'Set it to a number and a unit, such as 3d or 12h.',
    retryable: false,
  },
  TRANSFORM_INPUTS_PRUNED: {
    summary: 'The changes that a run consumed are no longer kept.',
    remedy: 'Recompute the rows by date instead: `shopwave transform backfill`.',
    retryable: false,
  },
  TRANSFORM_BACKFILL_INVALID: {
    summary: 'A backfill was asked for in a way that cannot be carried out.',
    remedy: 'Give one of --from (with or without --to), --keys and --full-rebuild.',
    retryable: false,
  },
  TRANSFORM_BACKFILL_INTERRUPTED: {
    summary: 'A backfill was stopped between two statements; the chunks it had finished stay published.',
    remedy:
      'Run it again with the same arguments: it goes on after them. `shopwave transform backfill list` shows how far it is.',
    retryable: true,
  },
  TRANSFORM_NO_EVENT_TIME: {
    summary:
      'A model has no column that says when its rows happened, so a range of dates means nothing to it.',
    remedy: 'Set config.event_time in its YAML, or backfill by keys.',
    retryable: false,
  },
});
