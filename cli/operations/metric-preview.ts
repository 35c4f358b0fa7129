import { z } from 'zod';
import { grains } from '../../semantic/server/query-arguments.ts';
import { findMetric } from '../../semantic/server/name-resolution.ts';
import { defineOperation, rowsResult } from './operation.ts';
import { modelTextsSchema, onWorkbench } from './metric-workbench.ts';

const names = z.array(z.string().min(1));

/** What a metric is by a model that need not be served: its definition, its statements and its numbers. */
export const metricsPreview = defineOperation({
  name: 'metrics.preview',
  input: z.object({
    model: modelTextsSchema,
    metric: z.string().min(1),
    by: names.optional(),
    grain: z.enum(grains).optional(),
    where: names.optional(),
    segments: names.optional(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  run: async ({ model, metric: name, ...rest }, { platform }) =>
    onWorkbench(platform, async (bench) => {
      const tried = await bench.open(model.folder, model.files);
      const metric = findMetric(tried.catalog, name);
      const query = { ...rest, metrics: [metric.name] };
      const statements = await tried.explain(query);
      const { columns, rows } = await tried.queryMetrics(query);
      const preface = [
        `${metric.title} (${metric.member}), ${metric.tier}, of ${metric.owner}, in ${metric.unit}, by ${metric.timeDimension}`,
        metric.description,
        ...(metric.denominator === undefined ? [] : [`divided by ${metric.denominator}`]),
        ...(metric.deprecated === undefined ? [] : [`deprecated: ${metric.deprecated}`]),
        ...statements.flatMap(({ sql, parameters }) => [
          '',
          ...sql.split('\n').map((line) => line.trimEnd()),
          ...(parameters.length === 0 ? [] : [`-- parameters: ${parameters.map(String).join(', ')}`]),
        ]),
        '',
      ];
      return rowsResult(rows, { columns, preface, json: [{ definition: { ...metric }, statements, rows }] });
    }),
});
