import type { Field, Format, Prepared, Rows, Taken } from '../engine.ts';
import { SqlError } from '../sql-error.ts';
import { untilAborted } from './aborting.ts';
import { splitRows } from './local-rows.ts';

/** What FETCH and MOVE ask for; `all` for as many as there are. */
export interface FetchPlan {
  readonly direction: 'forward' | 'backward' | 'absolute' | 'relative';
  readonly count: number | 'all';
}

export interface CursorOptions {
  readonly name: string;
  readonly prepared: Prepared;
  readonly parameters: readonly (Buffer | null)[];
  readonly parameterFormats: readonly Format[];
  readonly isScroll: boolean;
  readonly isHold: boolean;
  readonly isBinary: boolean;
  /** Savepoints there were when it was declared: it goes when one of them is rolled back to. */
  readonly depth: number;
}

/** What a cursor that scrolls may keep: it has read them once, and can give them again. */
const mostKeptBytes = 64 * 1024 * 1024;
const batchRows = 500;
const noRows: Taken = { bytes: Buffer.alloc(0), rows: 0, isEnd: true };

/** Where the rows that are asked for begin, in which direction they lie, and how many they are. */
interface Range {
  readonly from: number;
  readonly step: 1 | -1;
  readonly count: number;
  /** Where the cursor stands when there are not so many; after the last row, wherever that is, for infinity. */
  readonly missed: number;
}

/**
 * The rows of a query, taken as FETCH asks for them. Position 0 is before the first row. A cursor that does not scroll
 * keeps nothing; one that does keeps what it has read.
 */
export class Cursor {
  readonly name: string;
  readonly isHold: boolean;
  /** In which its rows come where nobody asks for a format. */
  readonly format: Format | undefined;
  depth: number;
  /** Whether the transaction that declared it has ended well. */
  isCommitted = false;
  private readonly options: CursorOptions;
  private readonly ending = new AbortController();
  private source: { readonly rows: Promise<Rows>; readonly formats: string } | undefined;
  private kept: Buffer[] = [];
  private keptBytes = 0;
  private position = 0;
  private hasFailed = false;
  /** Rows that were read and not kept. */
  private passed = 0;
  /** Rows that there are, once the last has been seen. */
  private total = Number.POSITIVE_INFINITY;

  constructor(options: CursorOptions) {
    this.options = options;
    this.name = options.name;
    this.isHold = options.isHold;
    this.format = options.isBinary ? 'binary' : undefined;
    this.depth = options.depth;
  }

  get fields(): readonly Field[] {
    return this.options.prepared.fields ?? [];
  }

  /** The rows, read as they are taken. Throws SqlError 55000 for going back in a cursor that cannot. */
  async fetch(plan: FetchPlan, formats: readonly Format[], signal: AbortSignal): Promise<Rows> {
    if (this.hasFailed) throw new SqlError({ code: '55000', message: `portal "${this.name}" cannot be run` });
    // Until it has ended well: after an error nobody can say where it stands.
    this.hasFailed = true;
    const abort = (): void => this.ending.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const asked = this.format === undefined ? formats : [this.format];
    const isFirst = this.source === undefined;
    const range = await this.rangeOf(plan, asked);
    let next = range.from;
    let left = range.count;
    const take = async (most = Number.POSITIVE_INFINITY): Promise<Taken> => {
      const rows = Math.min(left, most);
      const taken = this.options.isScroll
        ? await this.again(next, range.step, Math.min(rows, batchRows), asked)
        : await this.onward(next, rows, asked);
      next += range.step * taken.rows;
      left -= taken.rows;
      this.position = taken.isEnd && left > 0 ? Math.min(range.missed, this.total + 1) : next - range.step;
      const isEnd = taken.isEnd || left === 0;
      this.hasFailed = !isEnd;
      return { ...taken, isEnd };
    };
    const none = async (): Promise<Taken> => {
      this.hasFailed = false;
      this.position = Math.min(range.missed, this.total + 1);
      return noRows;
    };
    return {
      notice: isFirst ? (await this.open(asked)).notice : undefined,
      take: left === 0 ? none : take,
      close: () => signal.removeEventListener('abort', abort),
    };
  }

  /** Moves as {@link fetch} does, and resolves with the rows that it would have given. */
  async move(plan: FetchPlan, signal: AbortSignal): Promise<number> {
    // Neither needs to go back, in a cursor that cannot.
    if (!this.hasFailed && plan.count === 0 && plan.direction !== 'absolute') return this.isOnRow ? 1 : 0;
    if (!this.hasFailed && plan.count === 'all' && plan.direction === 'backward' && this.position === 0)
      return 0;
    const rows = await this.fetch(plan, [], signal);
    try {
      let count = 0;
      for (let isEnd = false; !isEnd;) {
        const taken = await rows.take();
        count += taken.rows;
        isEnd = taken.isEnd;
      }
      return count;
    } finally {
      rows.close();
    }
  }

  /** Ends what runs for it. */
  close(): void {
    this.ending.abort(new SqlError({ code: '34000', message: `cursor "${this.name}" was closed` }));
    this.source?.rows.then(
      (rows) => rows.close(),
      () => {},
    );
    this.kept = [];
  }

  private async rangeOf(plan: FetchPlan, formats: readonly Format[]): Promise<Range> {
    const count = plan.count === 'all' ? Number.POSITIVE_INFINITY : plan.count;
    const at = this.position;
    switch (plan.direction) {
      case 'forward':
        return this.along(count);
      case 'backward':
        if (count === 0) this.mustScroll();
        return this.along(-count);
      case 'relative':
        if (count < 0) this.mustScroll();
        return count === 0 ? this.along(0) : this.one(at + count);
      case 'absolute':
        if (count >= 0) return this.one(count);
        this.mustScroll();
        await this.keep(Number.POSITIVE_INFINITY, formats);
        return this.one(this.total + 1 + count);
    }
  }

  /** The rows ahead, or those behind where the count is negative; for none, the one it stands on. */
  private along(count: number): Range {
    const at = this.position;
    if (count > 0) return ahead(at + 1, count);
    if (count === 0 && !this.isOnRow) return { from: at, step: 1, count: 0, missed: at };
    if (count === 0) return this.one(at);
    this.mustScroll();
    return { from: at - 1, step: -1, count: -count, missed: 0 };
  }

  /** One row. Before the first there is none; one that was passed is to go back to. */
  private one(target: number): Range {
    if (target <= this.position && this.position > 0) this.mustScroll();
    return target < 1 ? { from: 0, step: 1, count: 0, missed: 0 } : ahead(target, 1);
  }

  private get isOnRow(): boolean {
    return this.position > 0 && this.position <= this.total;
  }

  private mustScroll(): void {
    if (this.options.isScroll) return;
    throw new SqlError({
      code: '55000',
      message: 'cursor can only scan forward',
      hint: 'Declare it with SCROLL option to enable backward scan.',
    });
  }

  /** Rows of a cursor that keeps none; those before them are read and dropped. */
  private async onward(from: number, rows: number, formats: readonly Format[]): Promise<Taken> {
    const source = await this.open(formats);
    for (;;) {
      if (this.passed >= this.total) return noRows;
      const skipped = from - 1 - this.passed;
      const most = skipped > 0 ? skipped : rows;
      const taken = await untilAborted(
        source.take(Number.isFinite(most) ? most : undefined),
        this.ending.signal,
      );
      this.passed += taken.rows;
      if (taken.isEnd) this.total = this.passed;
      if (skipped <= 0) return taken;
    }
  }

  /** Rows of a cursor that keeps what it has read. */
  private async again(from: number, step: 1 | -1, rows: number, formats: readonly Format[]): Promise<Taken> {
    if (step > 0) await this.keep(from + rows - 1, formats);
    const found: Buffer[] = [];
    for (let at = from; found.length < rows; at += step) {
      const row = this.kept[at - 1];
      if (row === undefined) break;
      found.push(row);
    }
    return { bytes: Buffer.concat(found), rows: found.length, isEnd: found.length < rows };
  }

  /** Reads up to that row. Throws SqlError 54000 where that is more than may be kept. */
  private async keep(upTo: number, formats: readonly Format[]): Promise<void> {
    const source = await this.open(formats);
    while (this.kept.length < upTo && this.total === Number.POSITIVE_INFINITY) {
      const missing = upTo - this.kept.length;
      const most = Number.isFinite(missing) ? missing : undefined;
      const taken = await untilAborted(source.take(most), this.ending.signal);
      this.keptBytes += taken.bytes.length;
      if (this.keptBytes > mostKeptBytes)
        throw new SqlError({
          code: '54000',
          message: `a cursor that scrolls keeps at most ${mostKeptBytes} bytes`,
          hint: 'Declare it with NO SCROLL, or ask for fewer rows.',
        });
      for (const row of splitRows(taken.bytes)) this.kept.push(row);
      if (taken.isEnd) this.total = this.kept.length;
    }
  }

  private open(formats: readonly Format[]): Promise<Rows> {
    const wanted = formats.join();
    if (this.source !== undefined && this.source.formats !== wanted)
      throw new SqlError({
        code: '0A000',
        message: `cursor "${this.name}" was read in another format before`,
        hint: 'Fetch all of its rows in the same format.',
      });
    this.source ??= { rows: this.start(formats), formats: wanted };
    return this.source.rows;
  }

  private start(formats: readonly Format[]): Promise<Rows> {
    const { prepared, parameters, parameterFormats } = this.options;
    const { signal } = this.ending;
    const opening = prepared.open({ parameters, parameterFormats, resultFormats: formats, signal });
    return untilAborted(opening, signal, (rows) => rows.close());
  }
}

function ahead(from: number, count: number): Range {
  return { from, step: 1, count, missed: Number.POSITIVE_INFINITY };
}
