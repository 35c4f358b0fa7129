import { z } from 'zod';
import type { Scd2 } from '../project/model.ts';

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/, 'must be a column name');
const names = z.array(name);
/** SQL expressions by column; numbers and booleans may stand unquoted in YAML. */
const values = z.record(
  name,
  z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value)),
);

/** config.meta.scd2 of a model, as authored; parses to `Scd2`. */
export const scd2Schema = z
  .strictObject({
    natural_key: name,
    attributes: names.min(1),
    /** Columns that the attributes decide, such as the name behind an id. */
    derived: names.default([]),
    /** Columns that every version shows as they are now. */
    type_1: names.default([]),
    updated_at: name,
    durable_key: name,
    hard_deletes: z.enum(['flag', 'new_record']).default('flag'),
    inferred_from: z
      .array(z.strictObject({ ref: z.string(), column: name, marks: z.array(name).default([]) }))
      .default([]),
    inferred_values: values.default({}),
    standing: z
      .array(
        z.strictObject({
          key: z.union([z.int(), z.string()]).transform((key) => String(key)),
          is_inferred: z.boolean().default(false),
          values: values.default({}),
        }),
      )
      .default([]),
  })
  .transform((authored): Scd2 => ({
    naturalKey: authored.natural_key,
    attributes: authored.attributes,
    derived: authored.derived,
    type1: authored.type_1,
    updatedAt: authored.updated_at,
    durableKey: authored.durable_key,
    hardDeletes: authored.hard_deletes,
    inferredFrom: authored.inferred_from,
    inferredValues: authored.inferred_values,
    standing: authored.standing.map(({ key, is_inferred: isInferred, values: shown }) => ({
      key,
      isInferred,
      values: shown,
    })),
  }));
