import type { ParsedStatement } from '../parse.ts';
import type { Command } from './command.ts';

/** A statement that a client has given a name, by Parse or by PREPARE. */
export interface PreparedStatement {
  /** Undefined where its text is empty. */
  readonly parsed: ParsedStatement | undefined;
  /** OIDs that the client has told; 0 where it left that open. */
  readonly types: readonly number[];
  /** As it was understood when it was last looked at. */
  understood: Understood | undefined;
}

export interface Understood {
  readonly command: Command;
  /** What could make it mean something else since: the turn of the conversation, and the settings. */
  readonly turn: number;
  readonly settings: ReadonlyMap<string, string>;
}
