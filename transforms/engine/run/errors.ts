import { errorCatalog } from '../../../lib/errors.ts';

export const runErrors = errorCatalog({
  TRANSFORM_HELD_BACK: {
    summary: 'A publication went out without some marts: they are held back at their last good version.',
    remedy:
      'Everything else is published. Correct the data or the model named; the next build takes the same changes up again.',
    retryable: false,
  },
  TRANSFORM_BUILD_BUSY: {
    summary: 'Another build, backfill or rerun is under way and did not end in time.',
    remedy:
      'Nothing was done; it is tried again by itself. A dead holder is passed over once its lease ends.',
    retryable: true,
  },
  TRANSFORM_CANCELLED: {
    summary: 'The run was cancelled.',
    remedy: 'Nothing of it was published; run it again, a backfill goes on where it stopped.',
    retryable: true,
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
  TRANSFORM_INPUTS_PRUNED: {
    summary: 'The changes that a run consumed are no longer kept.',
    remedy: 'Recompute the rows by date instead: `shopwave backfill`.',
    retryable: false,
  },
  TRANSFORM_BACKFILL_INVALID: {
    summary: 'A backfill was asked for in a way that cannot be carried out.',
    remedy: 'Give a range (from, to), keys, or a full rebuild; one of them.',
    retryable: false,
  },
  TRANSFORM_NO_EVENT_TIME: {
    summary:
      'A model has no column that says when its rows happened, so a range of dates means nothing to it.',
    remedy: 'Set config.event_time in its YAML, or backfill by keys.',
    retryable: false,
  },
});
