import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { OversizeShelf } from '../../../ingest/postgres/oversize.ts';
import type { TupleValue } from '../../../ingest/postgres/pgoutput.ts';

/** A shelf that keeps large values in memory, and gives their text back. */
export function memoryShelf(): OversizeShelf & {
  readonly textOf: (value: TupleValue) => string | null;
  readonly objects: ReadonlyMap<string, Buffer>;
} {
  const objects = new Map<string, Buffer>();
  const store = {
    put: (key: string, body: string | Uint8Array) => {
      objects.set(key, Buffer.from(body));
      return Promise.resolve('created' as const);
    },
    stage: () => {
      const pieces: Buffer[] = [];
      return Promise.resolve({
        write: (piece: Uint8Array) => Promise.resolve(void pieces.push(Buffer.from(piece))),
        publish: (key: string) => {
          objects.set(key, Buffer.concat(pieces));
          return Promise.resolve('created' as const);
        },
        discard: () => Promise.resolve(),
      });
    },
  } as Pick<ObjectStore, 'put' | 'stage'>;
  const textOf = (value: TupleValue): string | null => {
    if (typeof value !== 'object' || value === null) return value ?? null;
    return objects.get(value.object ?? '')?.toString() ?? null;
  };
  return Object.assign(new OversizeShelf(store as ObjectStore, 'shop'), { textOf, objects });
}
