import { simulatorErrors } from '../errors.ts';

/** '000000000192F3A8' to PostgreSQL's '0/192F3A8'. */
export function lsnFromPosition(position: string): string {
  if (!/^[0-9A-Fa-f]{16}$/.test(position)) {
    throw simulatorErrors.error('TRUTH_POSITION_INVALID', {
      message: `"${position.slice(0, 40)}" is not a log position`,
    });
  }
  return [position.slice(0, 8), position.slice(8)].map((half) => BigInt(`0x${half}`).toString(16)).join('/');
}

const epoch = 1n << 32n;

/**
 * A transaction id as the log states it (32 bits) to the full 64-bit one, given any id of about the same time:
 * of all ids with these low bits, the one closest to the reference.
 */
export function widenXid(xid: bigint, reference: bigint): bigint {
  const candidate = (reference / epoch) * epoch + xid;
  if (candidate - reference > epoch / 2n && candidate >= epoch) return candidate - epoch;
  return reference - candidate > epoch / 2n ? candidate + epoch : candidate;
}
