import type pg from 'pg';
import { fieldSql, orderColumns, orderTables, rowTexts } from '../order/columns.ts';
import type { Change, OrderState, OrderTable } from '../order/rows.ts';

/**
 * Locks one order: the newest at or below `fromId` that nobody else holds. Writers skip each other's orders
 * instead of queueing, so no two ever wait for one another in a circle.
 */
export async function lockOrder(client: pg.Client, fromId: number): Promise<number | undefined> {
  const { rows } = await client.query<{ id: string }>(
    'select id from orders where id <= $1 order by id desc limit 1 for no key update skip locked',
    [fromId],
  );
  return rows[0] === undefined ? undefined : Number(rows[0].id);
}

const belongsTo: Readonly<Record<OrderTable, string>> = {
  orders: 'id = $1',
  order_lines: 'order_id = $1',
  payments: 'order_id = $1',
  shipments: 'order_id = $1',
  shipment_lines: 'order_line_id in (select id from order_lines where order_id = $1)',
  cancellations: 'order_id = $1',
  cancellation_lines: 'order_line_id in (select id from order_lines where order_id = $1)',
  refunds: 'order_id = $1',
  refund_lines: 'order_line_id in (select id from order_lines where order_id = $1)',
};

function rowSql(table: OrderTable): string {
  const fields = orderColumns[table].map((column) => `'${column.field}', ${fieldSql(column)}`);
  const kind = table === 'order_lines' ? [`'kind', (select kind from products where id = product_id)`] : [];
  return `(select coalesce(json_agg(json_build_object(${[...fields, ...kind].join(', ')}) order by id), '[]')
    from ${table} where ${belongsTo[table]}) as ${table}`;
}

const loadSql = `select ${orderTables.map(rowSql).join(',\n')}`;

/**
 * All rows of an order. A statement of its own after the lock: the one that locks would still see children as
 * they were before it got the lock.
 */
export async function loadOrder(client: pg.Client, orderId: number): Promise<OrderState> {
  const { rows } = await client.query({ name: 'load order', text: loadSql, values: [orderId] });
  const [state]: OrderState[] = rows;
  if (state === undefined) throw new TypeError('a select without from gave no row');
  return state;
}

/** Writes an action's changes, one statement a row, as an application would. */
export async function writeChanges(client: pg.Client, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const values =
      change.op === 'delete' ? [String(change.row.id)] : rowTexts(orderColumns[change.table], change.row);
    await client.query(changeSql[change.op](change.table), values);
  }
}

const changeSql: Readonly<Record<Change['op'], (table: OrderTable) => string>> = {
  insert: (table) => {
    const names = orderColumns[table].map((each) => each.column);
    return `insert into ${table} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`;
  },
  update: (table) => {
    const names = orderColumns[table].map((each) => each.column);
    const sets = names.slice(1).map((name, index) => `${name} = $${index + 2}`);
    return `update ${table} set ${sets.join(', ')} where id = $1`;
  },
  delete: (table) => `delete from ${table} where id = $1`,
};
