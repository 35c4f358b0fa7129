import type { Reading } from './read.ts';

/** Items of ORDER BY. Nulls come last in ascending order and first in descending order, unless it is said otherwise. */
export function orderItems(reading: Reading): string {
  const items = [orderItem(reading)];
  while (reading.scan.takes(',')) items.push(orderItem(reading));
  return ` order by ${items.join(', ')}`;
}

function orderItem(reading: Reading): string {
  const { scan } = reading;
  const { text } = reading.grammar.expression(reading);
  const isDown = scan.takes('desc');
  if (!isDown) scan.takes('asc');
  const place = scan.takes('nulls first')
    ? 'first'
    : scan.takes('nulls last')
      ? 'last'
      : isDown
        ? 'first'
        : 'last';
  return `${text} ${isDown ? 'desc' : 'asc'} nulls ${place}`;
}

const bounds = ['unbounded preceding', 'unbounded following', 'current row'];

function frameBound(reading: Reading): string {
  const { scan } = reading;
  const named = bounds.find((each) => scan.takes(each));
  if (named !== undefined) return named;
  const rows = scan.integer();
  if (scan.takes('preceding')) return `${rows} preceding`;
  scan.must('following');
  return `${rows} following`;
}

function frame(reading: Reading): string {
  const { scan } = reading;
  const unit = ['rows', 'range'].find((each) => scan.takes(each));
  if (unit === undefined) return '';
  if (!scan.takes('between')) return ` ${unit} ${frameBound(reading)}`;
  const from = frameBound(reading);
  scan.must('and');
  return ` ${unit} between ${from} and ${frameBound(reading)}`;
}

/** OVER (...), if it comes next. */
export function windowOf(reading: Reading): { readonly over: string; readonly isUnframed: boolean } {
  const { scan } = reading;
  if (!scan.takes('over')) return { over: '', isUnframed: false };
  scan.must('(');
  const parts = scan.takes('partition by') ? partition(reading) : '';
  const order = scan.takes('order by') ? orderItems(reading) : '';
  const rows = frame(reading);
  scan.must(')');
  const isUnframed = order !== '' && rows === '';
  return { over: ` over (${`${parts}${order}${rows}`.trim()})`, isUnframed };
}

function partition(reading: Reading): string {
  const by = [reading.grammar.expression(reading).text];
  while (reading.scan.takes(',')) by.push(reading.grammar.expression(reading).text);
  return `partition by ${by.join(', ')}`;
}
