import { errorCatalog } from '../../lib/errors.ts';

/**
 * What the account and its surroundings lack is marked as worth another try: no model is to blame for it, and none must be
 * held back for it.
 */
export const snowflakeErrors = errorCatalog({
  WAREHOUSE_SETTINGS_INVALID: {
    summary: 'The settings of the Snowflake connection cannot be used.',
    remedy: 'Correct the field that the message names; docs/snowflake.md shows all of them.',
    retryable: false,
  },
  WAREHOUSE_LOGIN_REFUSED: {
    summary: 'Snowflake refused the login.',
    remedy:
      'Check account, user and credentials. For a key pair: `describe user` shows RSA_PUBLIC_KEY_FP, which must be the fingerprint of this key. An administrator learns the reason from SYSTEM$GET_LOGIN_FAILURE_DETAILS.',
    retryable: true,
  },
  WAREHOUSE_CLOCK_SKEWED: {
    summary:
      "The clock of this machine differs too much from Snowflake's: its logins are not valid yet, or no longer.",
    remedy: 'Set the clock (chrony or systemd-timesyncd); a login by key pair is valid for two minutes.',
    retryable: true,
  },
  WAREHOUSE_GRANT_MISSING: {
    summary: 'The role in use lacks a privilege.',
    remedy: 'Have an administrator grant it; `shopwave warehouse check` compares all grants with the plan.',
    retryable: true,
  },
  WAREHOUSE_OBJECT_MISSING: {
    summary: 'An object does not exist, or the role in use may not see it; Snowflake does not say which.',
    remedy:
      'Look for it in the account; `shopwave warehouse check` compares objects and grants with the plan.',
    retryable: false,
  },
  WAREHOUSE_SHAPE_CHANGED: {
    summary: 'A table does not have the columns that a statement counts on: somebody has altered it.',
    remedy: 'Give the table back its columns, or rebuild it; ask the query history who altered it.',
    retryable: false,
  },
  WAREHOUSE_SUSPENDED: {
    summary: 'The virtual warehouse is suspended and could not be resumed.',
    remedy: 'Resume it, or let the role operate it: `grant operate on warehouse ... to role ...`.',
    retryable: true,
  },
  WAREHOUSE_QUOTA_EXCEEDED: {
    summary: 'A resource monitor has used up its credits and keeps the virtual warehouse suspended.',
    remedy:
      'Raise its quota (`alter resource monitor ... set credit_quota = ...`) or wait for its next period. What was under way goes on by itself then.',
    retryable: true,
  },
  WAREHOUSE_TRANSACTION_ENDED: {
    summary: 'Snowflake has ended a transaction before its COMMIT.',
    remedy:
      'Nothing of it was written; the step is tried again by itself. It happens to a process that stalls for minutes while others wait for it: look at its machine. An administrator can do the same (SYSTEM$ABORT_TRANSACTION).',
    retryable: true,
  },
  WAREHOUSE_INTERRUPTED: {
    summary:
      'A statement was ended at Snowflake, by an administrator, a resource monitor, or an error of its own.',
    remedy:
      'Nothing was written, and it is tried again by itself. If that happens again, the query history tells who ended it; errors of its own (000603) are for its support.',
    retryable: true,
  },
  WAREHOUSE_STAGED_FILE_MISSING: {
    summary: 'A file that was to be loaded is not in the stage any more.',
    remedy: 'It is staged and loaded again by itself. Nothing but the pipeline should remove files there.',
    retryable: true,
  },
});
