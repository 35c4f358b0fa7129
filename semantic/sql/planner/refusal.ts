import { SqlError } from '../sql-error.ts';
import { locationOf } from './ast.ts';

/** A shape that cannot be answered rightly, and what to write instead. Its position is a byte until it is told. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly hint: string;
  readonly byte: number | undefined;

  constructor(message: string, hint: string, at?: unknown) {
    super(message);
    this.hint = hint;
    this.byte = locationOf(at);
  }
}

export function refused(
  { message, hint, byte }: Refusal,
  position: (byte: number | undefined) => number | undefined,
): SqlError {
  return new SqlError({ code: '0A000', message, hint, position: position(byte) });
}
