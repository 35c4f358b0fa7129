import { z } from 'zod';
import { renderText } from '../../../transforms/engine/compile/compile.ts';
import type { CompileScope } from '../../../transforms/engine/compile/compile.ts';
import { publishedScope } from '../../../transforms/engine/compile/published-scope.ts';
import { blameModel } from '../../../transforms/engine/materialize/model-statement.ts';
import { parseSeed } from '../../../transforms/engine/materialize/seed-csv.ts';
import { renderStatement } from '../../../transforms/engine/materialize/statement.ts';
import { mustModel } from '../../../transforms/engine/project/laws.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { cliErrors } from '../../errors.ts';
import { selectionSchema } from '../../transform/selection.ts';
import { defineOperation, rowsResult, toCell } from '../operation.ts';
import type { OperationContext } from '../operation.ts';
import { beginCommand } from './command.ts';
import type { TransformCommand } from './command.ts';

/** Rows of a model's SELECT as the files say now, over what is published; nothing is written. */
export const transformShow = defineOperation({
  name: 'transform.show',
  input: selectionSchema.extend({
    inline: z.string().min(1).optional(),
    limit: z.int().min(1).max(1_000_000),
  }),
  run: async (input, context) => {
    const command = await beginCommand(
      input.inline === undefined ? input : { ...input, select: undefined },
      context,
    );
    const rows =
      input.inline === undefined
        ? await rowsOfModel(command, context, input.limit)
        : await rowsOfText(command, context, input.inline, input.limit);
    return rowsResult(
      rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)])),
      ),
      { notes: command.notes },
    );
  },
});

async function rowsOfModel(
  { project, selected }: TransformCommand,
  context: OperationContext,
  limit: number,
): Promise<readonly Row[]> {
  const [name, ...more] = selected.isNarrowed ? selected.models : [];
  if (name === undefined || more.length > 0) {
    throw cliErrors.error('CLI_OPERATION_INPUT', {
      message: `show takes one model, and ${name === undefined ? 'none is' : `${more.length + 1} are`} selected`,
      remedy: 'Name one with --select, or write a query with --inline.',
    });
  }
  const model = mustModel(project, name);
  if (model.materialization.kind === 'seed') {
    const { columnTypes, delimiter } = model.materialization;
    const { columns, rows } = parseSeed(model.file, model.rawCode, columnTypes, delimiter);
    return rows
      .slice(0, limit)
      .map(({ values }) =>
        Object.fromEntries(columns.map((column, index) => [column.name, values[index] ?? null])),
      );
  }
  const warehouse = await context.platform.warehouse();
  const sql = await renderStatement(project, name, await readOnlyScope(project, context));
  return await blameModel(model, () => warehouse.queryReadOnly(sql, limit));
}

async function rowsOfText(
  { project }: TransformCommand,
  context: OperationContext,
  text: string,
  limit: number,
): Promise<readonly Row[]> {
  const place = { file: '--inline', line: 1, column: 1 };
  const sql = await renderText(project, text, place, await readOnlyScope(project, context));
  const warehouse = await context.platform.warehouse();
  return await warehouse.queryReadOnly(sql, limit);
}

async function readOnlyScope(
  project: TransformCommand['project'],
  { platform }: OperationContext,
): Promise<CompileScope> {
  const warehouse = await platform.warehouse();
  return {
    ...publishedScope(project, warehouse.capabilities.dialect),
    runQuery: (sql) => warehouse.queryReadOnly(sql, 10_000),
  };
}
