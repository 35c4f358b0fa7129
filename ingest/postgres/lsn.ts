import { captureErrors } from './errors.ts';

// A log sequence number is a 64-bit byte offset in the write-ahead log. Inside: bigint. PostgreSQL writes '16/B374D848';
// the archive writes 16 upper-case hex digits, so that text order is log order.

/** `'16/B374D848'` to a number. */
export function parseLsn(text: string): bigint {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) {
    throw captureErrors.error('CAPTURE_MESSAGE_INVALID', { message: `"${text}" is not a log position` });
  }
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** A number to `'16/B374D848'`. */
export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** A number to the archive's 16 digits. */
export function lsnToPosition(lsn: bigint): string {
  return lsn.toString(16).toUpperCase().padStart(16, '0');
}

/** The archive's 16 digits to a number. */
export function positionToLsn(position: string): bigint {
  return BigInt(`0x${position}`);
}

/** PostgreSQL counts microseconds from 2000-01-01 UTC. */
const postgresEpochMicros = 946_684_800_000_000n;

/** A commit time (microseconds since 2000) as ISO 8601 UTC with microseconds. */
export function commitTimeToIso(micros: bigint): string {
  const unix = micros + postgresEpochMicros;
  const fraction = ((unix % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((unix - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${fraction.toString().padStart(6, '0')}Z`;
}
