import { z } from 'zod';
import { grains } from '../../semantic/server/query-arguments.ts';
import { defineOperation, rowsResult } from './operation.ts';

const names = z.array(z.string().min(1));

export const metricsList = defineOperation({
  name: 'metrics.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const semantic = await platform.semantic();
    const { metrics } = await semantic.catalog();
    return rowsResult(
      metrics.map(({ name, view, unit, tier, owner, timeDimension, description }) => ({
        name,
        view,
        unit,
        tier,
        by: timeDimension,
        owner,
        description,
      })),
    );
  },
});

export const metricsQuery = defineOperation({
  name: 'metrics.query',
  input: z.object({
    metrics: names.min(1),
    by: names.optional(),
    grain: z.enum(grains).optional(),
    where: names.optional(),
    segments: names.optional(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  run: async (query, { platform }) => {
    const semantic = await platform.semantic();
    const { columns, rows } = await semantic.queryMetrics(query);
    return rowsResult(rows, { columns });
  },
});
