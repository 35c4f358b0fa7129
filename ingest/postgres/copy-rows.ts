import { CopyTextLines, copyFields, LongRow } from './copy-text.ts';
import type { RowPiece } from './copy-text.ts';
import type { OversizeShelf } from './oversize.ts';
import type { TupleValue } from './pgoutput.ts';
import type { CapturedRelation } from './relation.ts';

/** Takes one row, and whether it is so short that it fits into a line whatever its characters are. */
export type OnRow = (values: readonly TupleValue[], isShort: boolean) => void;

/** JSON makes at most six bytes of a character, and a line takes 16 MiB. */
const shortCharacters = 2_700_000;

/** Rows of a captured table out of PostgreSQL's text COPY format. */
export class CopyRows {
  private readonly lines = new CopyTextLines();
  private readonly relation: CapturedRelation;
  private readonly shelf: OversizeShelf;
  private readonly onRow: OnRow;
  private long: LongRow | undefined;

  constructor(relation: CapturedRelation, shelf: OversizeShelf, onRow: OnRow) {
    this.relation = relation;
    this.shelf = shelf;
    this.onRow = onRow;
  }

  async push(bytes: Buffer): Promise<void> {
    for (const line of this.lines.push(bytes)) {
      if (typeof line === 'string') this.onRow(copyFields(line), line.length < shortCharacters);
      else await this.pushPiece(line);
    }
  }

  /** Call at the end of the input. */
  end(): void {
    this.lines.end();
  }

  private async pushPiece({ piece, isLast }: RowPiece): Promise<void> {
    this.long ??= new LongRow(this.shelf, (column) => this.relation.rules?.isUntouched(column) !== false);
    this.long.push(piece);
    if (!isLast) return;
    const values = await this.long.finish();
    this.long = undefined;
    this.onRow(values, false);
  }
}
