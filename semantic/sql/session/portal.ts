import type { Binding, Field, Format } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import {
  commandComplete,
  copyDone,
  copyOutResponse,
  noticeResponse,
  portalSuspended,
  rowDescription,
} from '../wire/backend-messages.ts';
import type { Outbox } from '../wire/channel.ts';
import { untilAborted } from './aborting.ts';
import { ledBy } from './copy-format.ts';
import type { Command, Outcome } from './command.ts';

export interface PortalOptions {
  readonly command: Command;
  /** Undefined where its text is empty. */
  readonly statement: ParsedStatement | undefined;
  readonly parameters: readonly (Buffer | null)[];
  readonly parameterFormats: readonly Format[];
  readonly resultFormats: readonly Format[];
}

export interface RunOptions {
  /** Rows to send at most; 0 for all. */
  readonly most: number;
  /** Whether the columns are told first, as in the simple protocol. */
  readonly isDescribed: boolean;
  /** Whether what is told beside the rows is to be sent. */
  readonly isNoticed: boolean;
}

/** A command with what it is run with, and its answer as far as it was read. */
export class Portal {
  readonly command: Command;
  readonly statement: ParsedStatement | undefined;
  readonly formats: readonly Format[];
  /** Ends what runs for it, with the error that its client is told. */
  readonly ending = new AbortController();
  private readonly binding: Binding;
  private outcome: Outcome | undefined;
  private isAtEnd = false;

  constructor({ command, statement, parameters, parameterFormats, resultFormats }: PortalOptions) {
    this.command = command;
    this.statement = statement;
    this.formats = command.format === undefined ? resultFormats : [command.format];
    this.binding = { parameters, parameterFormats, resultFormats: this.formats, signal: this.ending.signal };
  }

  /**
   * Runs it, or goes on; resolves with the rows that were sent. They are taken as fast as the client takes them. Throws
   * what the command throws, or the reason for which it was ended.
   */
  async run(out: Outbox, options: RunOptions): Promise<number> {
    const { signal } = this.ending;
    if (this.isAtEnd) return this.again(out);
    const isNew = this.outcome === undefined;
    this.outcome ??= await untilAborted(this.command.run(this.binding), signal, closeOutcome);
    const { outcome } = this;
    if (outcome.kind === 'done') {
      this.isAtEnd = true;
      out.send(commandComplete(outcome.tag));
      return 0;
    }
    const { notice } = outcome.rows;
    if (isNew && options.isNoticed && notice !== undefined)
      out.send(noticeResponse('NOTICE', { code: '00000', message: notice }));
    return outcome.kind === 'copy' ? this.copy(out, outcome) : this.send(out, outcome, options);
  }

  /** Bytes of what it is run with. */
  get heldBytes(): number {
    return this.binding.parameters.reduce((sum, each) => sum + (each?.length ?? 0), 0);
  }

  /** Ends what runs for it. */
  close(): void {
    if (this.outcome !== undefined && !this.isAtEnd) closeOutcome(this.outcome);
    this.isAtEnd = true;
  }

  private async send(
    out: Outbox,
    { rows, tag }: Extract<Outcome, { kind: 'rows' }>,
    { most, isDescribed }: RunOptions,
  ): Promise<number> {
    const { signal } = this.ending;
    const { fields } = this.command;
    if (isDescribed && fields !== undefined) out.send(description(fields, this.formats));
    for (let sent = 0; ;) {
      const taken = await untilAborted(rows.take(most === 0 ? undefined : most - sent), signal);
      if (taken.bytes.length > 0) out.send(taken.bytes);
      sent += taken.rows;
      this.isAtEnd = taken.isEnd;
      if (taken.isEnd) rows.close();
      // As in PostgreSQL, which does not look whether there is one more.
      if (most > 0 && sent >= most) {
        out.send(portalSuspended);
        return sent;
      }
      if (taken.isEnd) {
        out.send(commandComplete(tag(sent)));
        return sent;
      }
      await untilAborted(out.drained(), signal);
    }
  }

  private async copy(out: Outbox, { rows, copy }: Extract<Outcome, { kind: 'copy' }>): Promise<number> {
    const { signal } = this.ending;
    out.send(copyOutResponse(copy.format, copy.columns));
    if (copy.head.length > 0) out.send(copy.head);
    let { lead } = copy;
    const send = (messages: Buffer): void => {
      if (messages.length === 0) return;
      out.send(ledBy(lead, messages));
      lead = Buffer.alloc(0);
    };
    for (let sent = 0; ;) {
      const taken = await untilAborted(rows.take(), signal);
      if (taken.bytes.length > 0) send(copy.encode(taken.bytes));
      sent += taken.rows;
      if (taken.isEnd) {
        this.close();
        send(copy.tail);
        out.send(copyDone);
        out.send(commandComplete(`COPY ${sent}`));
        return sent;
      }
      await untilAborted(out.drained(), signal);
    }
  }

  /** A portal that has given everything gives nothing more; what is no query is not run twice. */
  private again(out: Outbox): number {
    const { outcome } = this;
    if (outcome?.kind !== 'rows')
      throw new SqlError({ code: '55000', message: 'the portal cannot be run any more' });
    out.send(commandComplete(outcome.tag(0)));
    return 0;
  }
}

function closeOutcome(outcome: Outcome): void {
  if (outcome.kind !== 'done') outcome.rows.close();
}

const descriptions = new WeakMap<readonly Field[], Map<string, Buffer>>();

/** Columns as they are told: once made for as long as what they are of is kept. */
export function description(fields: readonly Field[], formats: readonly Format[]): Buffer {
  const known = descriptions.get(fields) ?? new Map<string, Buffer>();
  descriptions.set(fields, known);
  const key = formats.join();
  const found = known.get(key) ?? rowDescription(fields, formats);
  known.set(key, found);
  return found;
}
