import type { Marts } from '../../semantic/validate/marts.ts';
import type { Project } from '../../transforms/engine/project/model.ts';

const open: readonly unknown[] = [undefined, 'public', 'internal'];

/** What the contracts of the marts promise, as the rules of the metric model read it. */
export function martsOf({ models }: Project): Marts {
  return new Map(
    [...models.values()]
      .filter(({ layer }) => layer === 'marts')
      .map(({ name, columns }) => [
        name,
        new Map(
          columns.map(({ name: column, dataType, description, meta }) => [
            column,
            { type: dataType ?? '', description, isClosed: !open.includes(meta['classification']) },
          ]),
        ),
      ]),
  );
}
