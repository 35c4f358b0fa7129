import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { readYaml } from '../../lib/yaml-places.ts';
import { semanticErrors } from '../errors.ts';
import { grains } from '../server/query-arguments.ts';

const names = z.array(z.string());

const goldenSchema = z.array(
  z.strictObject({
    /** What is asked, in a few words; the test's name. */
    what: z.string().min(1),
    query: z.strictObject({
      metrics: names.min(1),
      by: names.optional(),
      grain: z.enum(grains).optional(),
      where: names.optional(),
      segments: names.optional(),
      from: z.string().optional(),
      to: z.string().optional(),
    }),
    /** The whole answer in its order; numbers are exact text. */
    rows: z.array(z.record(z.string(), z.string().nullable())),
  }),
);

/** A query and its answer, worked out by hand. */
export type GoldenTest = z.infer<typeof goldenSchema>[number] & {
  /** `golden.yml:12`, for whoever looks why it fails. */
  readonly where: string;
};

/** Reads golden tests. Throws SEMANTIC_GOLDEN_INVALID with file and line. */
export async function readGolden(file: string): Promise<readonly GoldenTest[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw semanticErrors.error('SEMANTIC_GOLDEN_INVALID', {
      message: `it cannot be read: ${messageOf(cause)}`,
      where: file,
      cause,
    });
  });
  const { value, problems, placeOf } = readYaml(text);
  const place = (path: readonly PropertyKey[]): string => `${file}:${placeOf(path)?.line ?? 1}`;
  const [problem] = problems;
  if (problem !== undefined) {
    throw semanticErrors.error('SEMANTIC_GOLDEN_INVALID', {
      message: `this is no YAML: ${problem.message}`,
      where: `${file}:${problem.line}`,
    });
  }
  const parsed = goldenSchema.safeParse(value ?? []);
  if (parsed.success) return parsed.data.map((test, index) => ({ ...test, where: place([index, 'what']) }));
  const [issue] = parsed.error.issues;
  throw semanticErrors.error('SEMANTIC_GOLDEN_INVALID', {
    message: `${(issue?.path ?? []).map(String).join('.')}: ${issue?.message ?? 'it is wrong'}`,
    where: place(issue?.path ?? []),
  });
}
