import type { Marts, Promised } from '../../semantic/validate/marts.ts';
import { currencyDigits } from '../../transforms/engine/dialect/currencies.ts';
import type { Project } from '../../transforms/engine/project/model.ts';

const open: readonly unknown[] = [undefined, 'public', 'internal'];

/** What the project promises, as the rules of the metric model read it. */
export function promisedBy(project: Project): Promised {
  const said = project.vars['reporting_currency'];
  const code = typeof said === 'string' ? said : '';
  return { marts: martsOf(project), reporting: { code, digits: currencyDigits(code) } };
}

/** What the contracts of the marts promise. */
export function martsOf({ models }: Project): Marts {
  return new Map(
    [...models.values()]
      .filter(({ layer }) => layer === 'marts')
      .map(({ name, columns, tests }) => [
        name,
        new Map(
          columns.map(({ name: column, dataType, description, meta }) => [
            column,
            {
              type: dataType ?? '',
              description,
              isClosed: !open.includes(meta['classification']),
              isNeverNull: tests.some(({ kind, column: of }) => kind === 'not_null' && of === column),
            },
          ]),
        ),
      ]),
  );
}
