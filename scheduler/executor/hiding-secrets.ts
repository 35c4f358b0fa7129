import type { Masker } from '../secrets/masker.ts';
import { longestLine } from './process/lines.ts';
import type { LogLine } from './log-line.ts';

/** Where lines go: into the log, and from there to the platform's own unless the log is full. */
interface LineSink {
  /** Whether it was kept. */
  readonly write: (line: LogLine) => boolean;
  readonly tell: (line: LogLine) => void;
}

interface HeldPiece {
  readonly line: LogLine;
  readonly loud: boolean;
}

/**
 * Masks lines before they are kept or told. A line that was too long comes in pieces, and a secret may be cut: a piece
 * waits for the next one of its stream, and both are looked at together.
 */
export function hidingSecrets(
  masker: Masker,
  sink: LineSink,
): { readonly write: (line: LogLine, how?: 'quiet') => void; readonly flush: () => void } {
  const held = new Map<string, HeldPiece>();
  const emit = (line: LogLine, loud: boolean): void => {
    if (sink.write(line) && loud) sink.tell(line);
  };
  const streamOf = ({ level, fields }: LogLine): string => `${level} ${JSON.stringify(fields?.['stream'])}`;
  const masked = (line: LogLine): LogLine =>
    line.fields === undefined
      ? { ...line, message: masker.mask(line.message) }
      : { ...line, message: masker.mask(line.message), fields: masker.maskDeep(line.fields) };
  return {
    write: (line, how) => {
      const loud = how !== 'quiet';
      const stream = streamOf(line);
      const before = held.get(stream);
      held.delete(stream);
      const whole = masked({ ...line, message: `${before?.line.message ?? ''}${line.message}` });
      const isPiece = line.message.length === longestLine;
      if (before !== undefined) {
        const cut = Math.min(before.line.message.length, whole.message.length);
        emit({ ...before.line, message: whole.message.slice(0, cut) }, loud);
        const rest = { ...whole, message: whole.message.slice(cut) };
        if (isPiece) held.set(stream, { line: rest, loud });
        else emit(rest, loud);
        return;
      }
      if (isPiece && masker.reach() > 0) held.set(stream, { line: whole, loud });
      else emit(whole, loud);
    },
    flush: () => {
      for (const { line, loud } of held.values()) emit(line, loud);
      held.clear();
    },
  };
}
