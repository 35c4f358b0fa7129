import type { BatchContents } from './chain.ts';
import type { LandedFile, RowSchema } from './manifest.ts';
import { openNdjsonWriter } from './ndjson-writer.ts';
import type { NdjsonFacts, NdjsonWriter } from './ndjson-writer.ts';
import type { ObjectStore } from './object-store.ts';

/** The files of one batch while it is being read: one per table, made when its first row comes. */
export interface BatchWriter extends BatchContents {
  /** Takes whole lines of one table, all of them at one position. */
  readonly add: (table: string, lines: string, rows: number, position: string) => void;
  /** Notes a shape that lines refer to. */
  readonly describe: (schemaId: string, schema: RowSchema) => void;
  /** Hands what was added to the disk; call it between chunks of input. */
  readonly drain: () => Promise<void>;
  /** Ends all files; nothing is visible yet. */
  readonly finish: () => Promise<void>;
}

interface Part {
  text: string;
  rows: number;
  minPosition: string;
  maxPosition: string;
  writer: Promise<NdjsonWriter> | undefined;
  facts: NdjsonFacts | undefined;
}

/** Starts a batch on a store. */
export function createBatchWriter(store: ObjectStore): BatchWriter {
  const parts = new Map<string, Part>();
  const schemas = new Map<string, RowSchema>();
  let rows = 0;
  let published: Promise<LandedFile[]> | undefined;
  const writerOf = async (part: Part): Promise<NdjsonWriter> => {
    // Two readers of a snapshot may drain at once: the promise is shared, and the text is taken over in one step.
    part.writer ??= openNdjsonWriter(store);
    const writer = await part.writer;
    writer.add(part.text, part.rows);
    part.text = '';
    part.rows = 0;
    return writer;
  };
  return {
    add: (table, lines, count, position) => {
      const part = parts.get(table);
      rows += count;
      if (part === undefined) parts.set(table, newPart(lines, count, position));
      else {
        part.text += lines;
        part.rows += count;
        if (position > part.maxPosition) part.maxPosition = position;
        else if (position < part.minPosition) part.minPosition = position;
      }
    },
    describe: (schemaId, schema) => void schemas.set(schemaId, schema),
    drain: async () => {
      for (const part of parts.values()) {
        if (part.rows > 0) await (await writerOf(part)).drain();
      }
    },
    rows: () => rows,
    schemas: () => Object.fromEntries(schemas),
    finish: async () => {
      await Promise.all(
        [...parts.values()].map(async (part) => {
          part.facts = await (await writerOf(part)).finish();
        }),
      );
    },
    publish: (source, fromPosition) =>
      (published ??= Promise.all(
        [...parts].map(([table, part]) => publishPart(source, table, fromPosition, part)),
      )),
    discard: async () => {
      await Promise.allSettled([...parts.values()].map(async (part) => await (await part.writer)?.discard()));
    },
  };
}

function newPart(text: string, rows: number, position: string): Part {
  return { text, rows, minPosition: position, maxPosition: position, writer: undefined, facts: undefined };
}

/** Keys carry the content's hash: reading the same position again may cut elsewhere and must not meet the first try. */
async function publishPart(source: string, table: string, from: string, part: Part): Promise<LandedFile> {
  const { writer, facts, minPosition, maxPosition } = part;
  if (writer === undefined || facts === undefined) throw new Error('publish before finish');
  const key = `data/${source}/${table}/${from}-${facts.sha256.slice(0, 32)}.ndjson.gz`;
  await (await writer).publish(key);
  return { key, table, ...facts, minPosition, maxPosition };
}
