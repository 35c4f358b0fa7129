import { SqlError } from '../sql-error.ts';

/** A setting that is told here, whatever the engine's PostgreSQL says of itself. */
interface OwnSetting {
  readonly value: string;
  readonly description: string;
  /** The value as SHOW tells it, or `undefined` where it is accepted and changes nothing. Without it, it is fixed. */
  readonly read?: (value: string, name: string) => string | undefined;
}

const levels = ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'log', 'notice', 'warning', 'error'];
const isolations = ['read committed', 'repeatable read', 'serializable', 'read uncommitted'];

/** Of the catalogue: clients choose what they ask of it by this number. */
const serverVersion = '18.6';

const own: Readonly<Record<string, OwnSetting>> = {
  server_version: { value: serverVersion, description: 'PostgreSQL whose clients are spoken to.' },
  server_version_num: { value: '180006', description: 'The same as a number.' },
  server_encoding: { value: 'UTF8', description: 'Encoding of texts.' },
  integer_datetimes: { value: 'on', description: 'Times are sent as whole microseconds.' },
  is_superuser: { value: 'off', description: 'Nobody is.' },
  in_hot_standby: { value: 'off', description: 'There is no other server that could be written to.' },
  client_encoding: { value: 'UTF8', description: 'Encoding that the client is spoken to in.', read: utf8 },
  standard_conforming_strings: {
    value: 'on',
    description: 'A backslash in quotes is a backslash.',
    read: (value) => only('on', isTrue(value) ? 'on' : value, 'standard_conforming_strings'),
  },
  // Tools switch these off before they read, too; whatever would write is refused all the same.
  default_transaction_read_only: { value: 'on', description: 'Nothing is written here.', read: accepted },
  transaction_read_only: { value: 'on', description: 'Nothing is written here.', read: accepted },
  transaction_deferrable: { value: 'off', description: 'Makes no difference here.', read: accepted },
  default_transaction_deferrable: { value: 'off', description: 'Makes no difference here.', read: accepted },
  transaction_isolation: {
    value: 'read committed',
    description: 'Makes no difference here: each statement is of one publication.',
    read: oneOf(isolations),
  },
  default_transaction_isolation: {
    value: 'read committed',
    description: 'Makes no difference here.',
    read: oneOf(isolations),
  },
  client_min_messages: {
    value: 'notice',
    description: 'Messages below this level are not sent.',
    read: oneOf(levels),
  },
  statement_timeout: { value: '0', description: 'A statement that runs longer is ended.', read: time },
  lock_timeout: { value: '0', description: 'Nothing waits for locks here.', read: time },
  idle_in_transaction_session_timeout: {
    value: '0',
    description: 'A connection that waits longer within a transaction is closed.',
    read: time,
  },
  idle_session_timeout: {
    value: '0',
    description: 'A connection that waits longer is closed.',
    read: time,
  },
};

/** What clients are told at the start, and whenever it changes; by the names that they know. */
export const reportedSettings: readonly string[] = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'application_name',
  'default_transaction_read_only',
  'in_hot_standby',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
];

export const ownSettings: ReadonlyMap<string, OwnSetting> = new Map(Object.entries(own));

/** Whether messages of NOTICE or WARNING are to be sent under this value of client_min_messages. */
export function isHeard(level: 'notice' | 'warning', least: string): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 2_147_483_647;

/** The milliseconds that a time such as `5s` is; undefined for what is none. */
export function timeMs(value: string): number | undefined {
  const [, amount, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?\s*$/.exec(value) ?? [];
  const ms = amount === undefined ? Number.NaN : Math.round(Number(amount) * (unitMs[unit] ?? 1));
  return ms <= longestMs ? ms : undefined;
}

function time(value: string, name: string): string {
  const ms = timeMs(value);
  if (ms === undefined) throw invalid(name, value);
  if (ms === 0) return '0';
  const [unit, size] = Object.entries(unitMs).findLast(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

function utf8(value: string, name: string): string {
  const plain = value.toLowerCase().replace(/[^a-z\d]/g, '');
  if (plain !== 'utf8' && plain !== 'unicode')
    throw new SqlError({
      code: '22023',
      message: `invalid value for parameter "${name}": "${value}"`,
      detail: 'Texts are sent in UTF8 only.',
    });
  return 'UTF8';
}

function isTrue(value: string): boolean {
  return /^(?:on|true|yes|1|t|y)$/i.test(value);
}

function accepted(): undefined {
  return undefined;
}

function only(wanted: string, value: string, name: string): string {
  if (value.toLowerCase() !== wanted) throw invalid(name, value);
  return wanted;
}

function oneOf(values: readonly string[]): (value: string, name: string) => string {
  return (value, name) => {
    const found = value.toLowerCase();
    if (!values.includes(found)) throw invalid(name, value);
    return found;
  };
}

function invalid(name: string, value: string): SqlError {
  return new SqlError({ code: '22023', message: `invalid value for parameter "${name}": "${value}"` });
}
