import { machine } from '../figure.ts';
import type { Area } from '../figure.ts';
import { compileFigures } from './compile-figures.ts';
import { keepFigures } from './keep-figures.ts';
import { scaleFigures } from './scale-figures.ts';

/** Sizes that tell whether cost follows the batch; the bars are promised at 120 million lines. */
const usualLines: readonly number[] = [1_200_000, 12_000_000];

export const transforms: Area = {
  name: 'transforms',
  about:
    'compilation, five-minute batches and full rebuilds over up to 120M order lines (--lines, --data, --profile)',
  measure: async (say, options) => {
    const setup = machine();
    const figures = [...(await compileFigures(setup))];
    for (const lines of options.lines ?? usualLines) {
      const made = await scaleFigures({ lines, folder: options.data, profile: options.profile, setup, say });
      figures.push(...made);
      // At once: the next size may take an hour, or fail.
      await keepFigures(options.data, lines, made);
    }
    return figures;
  },
};
