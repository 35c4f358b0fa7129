import type { Random } from '../../../simulator/world/random.ts';
import { twinMeasures } from './twin.ts';

/** A view as the grammar knows it. */
interface View {
  readonly name: string;
  readonly texts: readonly string[];
  readonly number: string | undefined;
  readonly dates: readonly string[];
  readonly segments: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
}

const places = {
  country: ['DE', 'AT', 'FR', 'US', 'JP', "Côte d'Or", 'nowhere'],
  channel: ['web', 'app', '', 'Ünïcode'],
};
const views: readonly View[] = [
  {
    name: 'finance',
    texts: ['country', 'channel', 'event_type', 'segment', 'category', 'seller'],
    number: 'order_id',
    dates: ['event_date', 'order_date'],
    segments: ['sales_and_returns'],
    values: {
      ...places,
      event_type: ['sale', 'refund', 'tax'],
      segment: ['VIP', 'consumer'],
      category: ['books', 'Books', '100% cotton', 'a_b'],
      seller: ['Ada'],
    },
  },
  {
    name: 'operations',
    texts: ['country', 'channel', 'order_status', 'segment', 'currency'],
    number: 'order_id',
    dates: ['order_date', 'fulfilled_date'],
    segments: ['cancelled', 'fulfilled', 'waiting'],
    values: { ...places, order_status: ['paid', 'cancelled'], segment: ['VIP'], currency: ['EUR', 'USD'] },
  },
  {
    name: 'operations',
    texts: ['country', 'category', 'line_kind'],
    number: undefined,
    dates: ['order_date'],
    segments: ['cancelled'],
    values: { ...places, category: ['books', 'home'], line_kind: ['goods'] },
  },
  {
    name: 'support',
    texts: ['topic', 'priority', 'via_channel', 'ticket_status', 'segment'],
    number: 'ticket_id',
    dates: ['created_date', 'solved_date'],
    segments: ['unsolved'],
    values: {
      topic: ['delivery', 'refund'],
      priority: ['low', 'high'],
      via_channel: ['web', 'email'],
      ticket_status: ['open'],
      segment: ['VIP'],
    },
  },
  {
    name: 'shipping_performance',
    texts: ['carrier', 'country', 'channel', 'status'],
    number: 'shipment_id',
    dates: ['shipped_date', 'order_date'],
    segments: ['late'],
    values: { ...places, carrier: ['DHL', 'UPS'], status: ['shipped', 'delivered'] },
  },
];

/** A statement of the kinds that tools and people send, at random. */
export function randomQuery(random: Random): string {
  const view = random.pick(views);
  const shapes = [
    grouped,
    grouped,
    grouped,
    grouped,
    distinct,
    wrapped,
    wrapped,
    named,
    ranked,
    joined,
    combined,
    counted,
  ];
  return random.pick(shapes)(view, random);
}

interface Column {
  readonly sql: string;
  readonly name: string;
}

function measuresOf({ name }: View, random: Random): string[] {
  const known = twinMeasures[name] ?? [];
  const isByLine = (measure: string): boolean => measure !== 'order_lines';
  const usable = known.filter((each) => name !== 'operations' || isByLine(each));
  return sample(usable, random.integer(1, 3), random);
}

function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(random.integer(0, left.length - 1), 1),
  ).flat();
}

const dateForms: readonly ((date: string) => string)[] = [
  (date) => date,
  ...['day', 'week', 'month', 'quarter', 'year'].map(
    (unit) => (date: string) => `date_trunc('${unit}', ${date})`,
  ),
  (date) => `date_trunc('month', ${date})::date`,
  (date) => `cast(${date} as date)`,
  ...['year', 'month', 'quarter', 'dow', 'week', 'isoyear'].map(
    (unit) => (date: string) => `extract(${unit} from ${date})`,
  ),
  (date) => `date_part('year', ${date})`,
  (date) => `to_char(${date}, 'YYYY-MM')`,
];

const textForms: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => `upper(${text})`,
  (text) => `coalesce(${text}, 'none')`,
  (text) => `${text}::text`,
  (text) => `left(${text}, 1)`,
  (text) => `case when ${text} in ('DE', 'web', 'VIP') then 'some' else 'other' end`,
];

function keysOf(view: View, random: Random, most = 3): Column[] {
  const texts = sample(view.texts, random.integer(0, 2), random).map((each) => random.pick(textForms)(each));
  const dates = random.chance(0.5) ? [random.pick(dateForms)(random.pick(view.dates))] : [];
  const more = random.chance(0.1) ? [random.pick(dateForms)(random.pick(view.dates))] : [];
  const all = [...new Set([...texts, ...dates, ...more])].slice(0, most);
  return all.map((sql, index) => ({ sql, name: `k${index}` }));
}

/** Amounts of one currency, so that most queries have an answer. */
function currencyOf(view: View, random: Random): string[] {
  return view.name === 'finance' && random.chance(0.85)
    ? [`currency = '${random.pick(['EUR', 'EUR', 'USD', 'JPY'])}'`]
    : [];
}

function whereOf(view: View, random: Random): string {
  const conditions = [
    ...currencyOf(view, random),
    ...Array.from({ length: random.integer(0, 2) }, () => condition(view, random, 2)),
    ...(random.chance(0.1) ? [random.pick(view.segments)] : []),
  ];
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

function condition(view: View, random: Random, depth: number): string {
  if (depth > 0 && random.chance(0.3)) {
    const parts = Array.from({ length: random.integer(2, 3) }, () => condition(view, random, depth - 1));
    const joinedParts = `(${parts.join(random.pick([' and ', ' or ']))})`;
    return random.chance(0.3) ? `not ${joinedParts}` : joinedParts;
  }
  return random.pick([textCondition, textCondition, dateCondition, numberCondition])(view, random);
}

function textCondition(view: View, random: Random): string {
  const name = random.pick(view.texts);
  const values = (view.values[name] ?? ['x']).map(quoted);
  const value = random.pick(values);
  return random.pick([
    () => `${name} = ${value}`,
    () => `${name} <> ${value}`,
    () => `${name} in (${sample(values, 2, random).join(', ')})`,
    () => `${name} not in (${sample(values, 2, random).join(', ')})`,
    () => `${name} is null`,
    () => `${name} is not null`,
    () => `${name} like ${quoted(`${random.pick(['D', 'w', 'b', 'C'])}%`)}`,
    () => `${name} not ilike '%e%'`,
    () => `lower(${name}) = lower(${value})`,
    () => `${name} is distinct from ${value}`,
    () => `coalesce(${name}, '') > 'F'`,
  ])();
}

function dateCondition(view: View, random: Random): string {
  const name = random.pick(view.dates);
  const [first, last] = [dateText(random), dateText(random)].toSorted();
  return random.pick([
    () => `${name} >= '${first}'`,
    () => `${name} < '${last}'`,
    () => `${name} > '${first} 13:00'`,
    () => `${name} <= '${last} 00:00:01'`,
    () => `${name} between '${first}' and '${last}'`,
    () => `${name} not between '${first}' and '${last}'`,
    () => `(${name} >= '${first}' and ${name} < '${last}')`,
    () => `${name} is null`,
    () => `${name} = '${first}'`,
    () => `${name}::date >= date '${first}'`,
    () => `extract(year from ${name}) = ${random.pick([2024, 2025, 2026])}`,
    () => `date_trunc('quarter', ${name}) = '2025-04-01'`,
    () => `${name} >= date '${last}' - interval '${random.integer(1, 9)} months'`,
  ])();
}

function numberCondition(view: View, random: Random): string {
  const name = view.number;
  if (name === undefined) return textCondition(view, random);
  const value = random.integer(0, 1400);
  return random.pick([
    () => `${name} > ${value}`,
    () => `${name} <= ${value}.5`,
    () => `${name} in (${value}, ${value + 1}, ${value + 2})`,
    () => `${name} between ${value} and ${value + 100}`,
    () => `${name} % 5 <> 0`,
    () => `${name} is null`,
    () => `not ${name} = ${value}`,
  ])();
}

function dateText(random: Random): string {
  const day = Date.parse('2024-10-01') + random.integer(0, 600) * 86_400_000;
  return new Date(day).toISOString().slice(0, 10);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function callOf(measure: string, random: Random, qualifier = ''): string {
  const adds =
    /gmv|gross|net|tax|returns|discounts|units|events|orders$|tickets$|replies|shipments|deliveries|payouts|paid_out/.test(
      measure,
    );
  const how = adds && !['customers'].includes(measure) && random.chance(0.4) ? 'sum' : 'measure';
  const filter = random.chance(0.07) ? ` filter (where ${qualifier}country = 'DE')` : '';
  return `${how}(${qualifier}${measure})${filter}`;
}

function tail(count: number, random: Random): string {
  if (!random.chance(0.4)) return '';
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const order = sample(all, all.length, random).map(
    (each) => `${each}${random.pick(['', ' desc', ' nulls first', ' desc nulls last'])}`,
  );
  const limit = random.chance(0.6) ? ` limit ${random.integer(0, 6)}` : '';
  const offset = limit !== '' && random.chance(0.3) ? ` offset ${random.integer(0, 3)}` : '';
  return ` order by ${order.join(', ')}${limit}${offset} -- ordered`;
}

function grouped(view: View, random: Random): string {
  const keys = keysOf(view, random);
  const measures = measuresOf(view, random);
  const extra = random.chance(0.1) ? [`count(distinct ${random.pick(view.texts)})`] : [];
  const values = [...measures.map((each) => callOf(each, random)), ...extra];
  const list = [
    ...keys.map(({ sql, name }) => `${sql} as ${name}`),
    ...values.map((sql, index) => `${sql} as v${index}`),
  ];
  const group = keys.length === 0 ? '' : ` group by ${groupList(keys, random)}`;
  const having = random.chance(0.15) ? ` having measure(${measures[0]}) > ${random.integer(0, 50)}` : '';
  return `select ${list.join(', ')} from ${view.name}${whereOf(view, random)}${group}${having}${tail(list.length, random)}`;
}

function groupList(keys: readonly Column[], random: Random): string {
  const list = random.pick([
    keys.map((_, index) => index + 1).join(', '),
    keys.map(({ sql }) => sql).join(', '),
    keys.map(({ name }) => name).join(', '),
  ]);
  return random.chance(0.07) ? `rollup(${keys.map(({ sql }) => sql).join(', ')})` : list;
}

function distinct(view: View, random: Random): string {
  const keys = keysOf(view, random);
  if (keys.length === 0) return grouped(view, random);
  return `select distinct ${keys.map(({ sql, name }) => `${sql} as ${name}`).join(', ')} from ${view.name}${whereOf(view, random)}${tail(keys.length, random)}`;
}

/** As Power BI, Metabase and Tableau wrap a table before they aggregate it. The twin has these as columns. */
function wrapped(_: View, random: Random): string {
  const [view] = views;
  if (view === undefined) throw new Error('there are views');
  const measure = random.pick(['gmv', 'returns', 'sold_units']);
  const key = random.pick(view.texts);
  const date = random.pick(view.dates);
  const inner = random.pick([
    `select * from finance${whereOf(view, random)}`,
    `select ${key}, ${date}, ${measure}, currency from finance${whereOf(view, random)}`,
  ]);
  const call = random.pick(['sum', 'measure']);
  return `select q.${key} as k, date_trunc('month', q.${date}) as m, ${call}(q.${measure}) as v from (${inner}) q where q.${date} is not null group by q.${key}, date_trunc('month', q.${date})`;
}

function named(view: View, random: Random): string {
  const [measure = ''] = measuresOf(view, random);
  const key = random.pick(view.texts);
  const inner = `select ${key} as k, measure(${measure}) as v from ${view.name}${whereOf(view, random)} group by 1`;
  return random.pick([
    `with w as (${inner}) select count(*), max(v), min(k) from w`,
    `with w as (${inner}) select k, v, v - avg(v) over () as d from w order by 2 desc, 1 -- ordered`,
    `with w as (${inner}) select a.k, b.v from w a join w b on a.k = b.k where a.v > 1`,
    `select x.k, x.v * 2 from (${inner}) x where x.v is not null`,
  ]);
}

function ranked(view: View, random: Random): string {
  const [measure = ''] = measuresOf(view, random);
  const [key, date] = [random.pick(view.texts), random.pick(view.dates)];
  const where = whereOf(view, random);
  return random.pick([
    `select ${key}, measure(${measure}), rank() over (order by measure(${measure}) desc) from ${view.name}${where} group by ${key}`,
    `select date_trunc('month', ${date}) as m, sum(measure(${measure})) over (order by date_trunc('month', ${date})) from ${view.name}${where} group by 1`,
    `select ${key}, measure(${measure}) - lag(measure(${measure})) over (order by ${key}) from ${view.name}${where} group by 1`,
  ]);
}

function joined(_: View, random: Random): string {
  const [left, right] = [random.pick(views.slice(0, 2)), random.pick([views[1], views[4]])];
  if (left === undefined || right === undefined) throw new Error('there are views');
  const [a = '', b = ''] = [
    ...measuresOf(left, random).slice(0, 1),
    ...measuresOf(right, random).slice(0, 1),
  ];
  const how = random.pick(['join', 'left join', 'full join']);
  const one = `select country, measure(${a}) as v from ${left.name}${whereOf(left, random)} group by 1`;
  const other = `select country, measure(${b}) as w from ${right.name}${whereOf(right, random)} group by 1`;
  return `select country, x.v, y.w from (${one}) x ${how} (${other}) y using (country)`;
}

function combined(view: View, random: Random): string {
  const part = (): string => {
    const [measure = ''] = measuresOf(view, random);
    return `select ${random.pick(view.texts)}, measure(${measure})::numeric from ${view.name}${whereOf(view, random)} group by 1`;
  };
  return `${part()} ${random.pick(['union all', 'union', 'except', 'intersect'])} ${part()}`;
}

function counted(view: View, random: Random): string {
  const counts =
    ['operations', 'support', 'shipping_performance'].includes(view.name) && !view.texts.includes('category');
  if (!counts) return grouped(view, random);
  const keys = keysOf(view, random, 2);
  const list = [
    ...keys.map(({ sql, name }) => `${sql} as ${name}`),
    random.pick(['count(*)', 'sum(1)', 'count(1)']),
  ];
  const group = keys.length === 0 ? '' : ` group by ${keys.map((_, index) => index + 1).join(', ')}`;
  return `select ${list.join(', ')} from ${view.name}${whereOf(view, random)}${group}`;
}
