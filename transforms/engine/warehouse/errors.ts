import { errorCatalog } from '../../../lib/errors.ts';

export const leaseErrors = errorCatalog({
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
});

export const metaErrors = errorCatalog({
  TRANSFORM_HEAD_AMBIGUOUS: {
    summary: 'A table that says where publishing or staging stands has several rows instead of one.',
    remedy:
      'Nothing is staged or published until one is left. Stop every process, then keep the row of the greatest version, step or epoch: `insert overwrite into _meta.head select max(version), max(epoch) from _meta.head`, the other tables likewise.',
    retryable: false,
  },
});

export const statementErrors = errorCatalog({
  TRANSFORM_SEVERAL_STATEMENTS: {
    summary: 'SQL that must be one statement holds several.',
    remedy:
      'Keep the query and take the rest away. What has to run before or after a model belongs into its pre_hook or post_hook.',
    retryable: false,
  },
});
