import { z } from 'zod';
import { defineOperation, rowsResult, toCell } from './operation.ts';

/** One read-only statement; the warehouse refuses anything else. */
export const warehouseQuery = defineOperation({
  name: 'warehouse.query',
  input: z.object({ sql: z.string().min(1), limit: z.int().min(1).max(1_000_000) }),
  run: async ({ sql, limit }, { platform }) => {
    const warehouse = await platform.warehouse();
    const rows = await warehouse.queryReadOnly(sql, limit);
    return rowsResult(
      rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)])),
      ),
    );
  },
});
