import { groupBy, hashKey, total } from './values.ts';
import type { MartRow, Value } from './values.ts';

const sums = [
  'opened_tickets',
  'solved_tickets',
  'deleted_tickets',
  'first_replies',
  'first_reply_minutes',
  'timed_solutions',
  'resolution_minutes',
  'good_ratings',
  'bad_ratings',
] as const;

type Move = Partial<Record<(typeof sums)[number], bigint>>;

interface DayMove {
  readonly day: Value;
  readonly via: Value;
  readonly move: Move;
}

function movesOf(ticket: MartRow): readonly DayMove[] {
  const via = ticket['via_channel'] ?? null;
  const on = (column: string, move: Move): readonly DayMove[] => {
    const day = ticket[column] ?? null;
    return day === null ? [] : [{ day, via, move }];
  };
  const minutes = (column: string): bigint | null => {
    const value = ticket[column];
    return typeof value === 'bigint' ? value : null;
  };
  const [reply, resolution] = [minutes('first_reply_minutes'), minutes('resolution_minutes')];
  const rated = (score: string): bigint => (ticket['satisfaction_score'] === score ? 1n : 0n);
  return [
    ...on('created_date', { opened_tickets: 1n }),
    ...on('solved_date', {
      solved_tickets: 1n,
      timed_solutions: resolution === null ? 0n : 1n,
      resolution_minutes: resolution ?? 0n,
      good_ratings: rated('good'),
      bad_ratings: rated('bad'),
    }),
    ...(ticket['solved_date'] === null ? on('deleted_date', { deleted_tickets: 1n }) : []),
    ...(reply === null ? [] : on('first_reply_date', { first_replies: 1n, first_reply_minutes: reply })),
  ];
}

/** What happened to tickets, by day and the way they came in. */
export function aggSupportMovesDaily(tickets: readonly MartRow[]): readonly MartRow[] {
  const groups = groupBy(tickets.flatMap(movesOf), ({ day, via }) => `${String(day)} ${String(via)}`);
  return [...groups.values()].map((moves) => {
    const { day = null, via = null } = moves[0] ?? {};
    return {
      support_move_key: hashKey(day, via),
      move_date: day,
      via_channel: via,
      ...Object.fromEntries(sums.map((sum) => [sum, total(moves, ({ move }) => move[sum] ?? 0n)])),
    };
  });
}

/** The moves with the tickets that are still open after the day. */
export function aggSupportDaily(moves: readonly MartRow[]): readonly MartRow[] {
  return moves.map(({ support_move_key: key = null, move_date: day = null, ...row }) => {
    const via = row['via_channel'] ?? null;
    const sofar = moves.filter(
      (each) => each['via_channel'] === via && String(each['move_date']) <= String(day),
    );
    const of = (each: MartRow, column: string): bigint => BigInt(String(each[column]));
    return {
      ...row,
      support_day_key: key,
      balance_key: hashKey(via),
      date_day: day,
      backlog_tickets: total(
        sofar,
        (each) => of(each, 'opened_tickets') - of(each, 'solved_tickets') - of(each, 'deleted_tickets'),
      ),
    };
  });
}
