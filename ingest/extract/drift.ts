import type { UnknownField } from '../pci/projection.ts';
import type { ShapeFinding } from './shape.ts';

/** How a batch's objects differed from what is known of their kind: names and types, never values. */
export interface DriftObservation {
  readonly table: string;
  /** unknown: no rule names the field, so its value was written nowhere. reshaped: its rule is for another shape. */
  readonly kind: ShapeFinding['kind'] | 'unknown' | 'reshaped';
  /** Dotted, `[]` for the elements of a list. */
  readonly path: string;
  readonly type: string;
  /** Objects of the batch it was seen in. */
  readonly objects: number;
}

/** Counts observations over the objects of one batch. */
export interface DriftNotes {
  readonly noteShape: (table: string, findings: readonly ShapeFinding[]) => void;
  readonly noteUnknown: (table: string, fields: readonly UnknownField[]) => void;
  readonly observations: () => readonly DriftObservation[];
}

const kinds = { 'not declared': 'unknown', 'another shape': 'reshaped' } as const;

/** Starts with nothing noted. */
export function createDriftNotes(): DriftNotes {
  const counted = new Map<string, DriftObservation>();
  const note = (
    table: string,
    { kind, path, type }: Pick<DriftObservation, 'kind' | 'path' | 'type'>,
  ): void => {
    const key = JSON.stringify([table, kind, path, type]);
    counted.set(key, { table, kind, path, type, objects: (counted.get(key)?.objects ?? 0) + 1 });
  };
  return {
    noteShape: (table, findings) => findings.forEach((each) => note(table, each)),
    noteUnknown: (table, fields) => {
      for (const { path, type, reason } of fields) {
        // A person who is not known is no change of the source's shape.
        if (reason !== 'no subject') note(table, { kind: kinds[reason], path, type });
      }
    },
    observations: () => [...counted.values()],
  };
}
