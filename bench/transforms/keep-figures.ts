import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Figure } from '../figure.ts';

const kept = z.object({
  lines: z.number(),
  at: z.string(),
  figures: z.array(
    z.object({
      figure: z.string(),
      value: z.number().nullable(),
      unit: z.string(),
      bar: z.string().nullable(),
      holds: z.boolean().nullable(),
      setup: z.string(),
    }),
  ),
});
type Kept = z.infer<typeof kept>;

const namePattern = /^figures-\d+\.json$/;

/**
 * Writes the figures of one size as JSON beside its warehouse file, and a table of all sizes measured so far,
 * figures.md: large sizes are measured one by one, when the machine is quiet.
 */
export async function keepFigures(folder: string, lines: number, figures: readonly Figure[]): Promise<void> {
  const file = path.join(folder, `figures-${lines}.json`);
  await writeFile(file, JSON.stringify({ lines, at: new Date().toISOString(), figures }, null, 2));
  const names = (await readdir(folder)).filter((name) => namePattern.test(name));
  const sizes = await Promise.all(
    names.map(async (name) => kept.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8')))),
  );
  await writeFile(path.join(folder, 'figures.md'), table(sizes.toSorted((a, b) => a.lines - b.lines)));
}

function table(sizes: readonly Kept[]): string {
  const names = [...new Set(sizes.flatMap(({ figures }) => figures.map(({ figure }) => figure)))];
  const rows = names.map((name) => {
    const found = sizes.map(({ figures }) => figures.find(({ figure }) => figure === name));
    const bar = found.findLast((each) => each !== undefined)?.bar ?? '';
    return [name, ...found.map(cell), bar];
  });
  const head = ['figure', ...sizes.map(({ lines }) => `${lines.toLocaleString('en')} lines`), 'bar'];
  const notes = sizes.flatMap(({ lines, at, figures }) => {
    const [first] = figures;
    return first === undefined ? [] : [`- ${lines.toLocaleString('en')} lines, ${at}: ${first.setup}`];
  });
  return `${[head, head.map(() => '---'), ...rows].map(line).join('\n')}\n\n${notes.join('\n')}\n`;
}

function cell(figure: Kept['figures'][number] | undefined): string {
  if (figure === undefined) return '';
  const verdict = figure.holds === false ? ' (does not hold)' : '';
  return figure.value === null ? 'not measured' : `${figure.value} ${figure.unit}${verdict}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
