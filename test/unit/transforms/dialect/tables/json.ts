import type { Query, TruthTables } from '../truth.ts';

const order = `«{"id": 7, "Name": "Ann", "note": null, "tags": ["a", null, "c"], "paid": true, "amount": 12.5,
  "price": "9.995", "address": {"city": "Köln", "zip code": "50667"}, "lines": [{"sku": "x"}, {"sku": "y"}], "empty": []}»`;
const nothing = 'cast(null as varchar)';

/** The elements that a flatten of a one-column relation gives, as "index:value" in order. */
function elements(json: string): Query {
  return (sql) =>
    `select string_agg(concat(e.index, ':', e.value), ' ' order by e.index) from (select ${json} as data) as o ${sql}`;
}

/** How many rows come out, those without elements included where outer. */
function count(json: string): Query {
  return (sql) => `select count(*) from (select ${json} as data) as o ${sql}`;
}

export const jsonTables: TruthTables = {
  parse_json: [
    [[`'{"b": 1, "a": [1, 2]}'`], '{"b":1,"a":[1,2]}'],
    [[`'null'`], 'null'],
    [[nothing], null],
    [[`'{"a": '`], { error: /JSON/i }],
  ],
  json_text: [
    [[order, 'Name'], 'Ann'],
    [[order, 'name'], null],
    [[order, 'id'], '7'],
    [[order, 'note'], null],
    [[order, 'missing'], null],
    [[order, 'missing.deeper[3].still'], null],
    [[order, 'tags[0]'], 'a'],
    [[order, 'tags[1]'], null],
    [[order, 'tags[9]'], null],
    [[order, 'address.city'], 'Köln'],
    [[order, 'address."zip code"'], '50667'],
    [[order, '"address"."city"'], 'Köln'],
    [[order, 'lines[1].sku'], 'y'],
    [[order, 'paid'], 'true'],
    [[order, 'amount'], '12.5'],
    [[`«"quoted"»`], 'quoted'],
    [[`«"O'Neil"»`], "O'Neil"],
    [[`«""»`], ''],
    [['«null»'], null],
    [['«[10, 20]»', '[1]'], '20'],
    [['«{"a": 90071992547409.93}»', 'a'], '90071992547409.93'],
    [['«{"a": {"b": -0.1234567890123456789}}»', 'a.b'], '-0.1234567890123456789'],
    [['«{"*": 9, "b": 1}»', '"*"'], '9'],
    [['«{"b": 1, "c": 2}»', '"*"'], null],
    [['«{"a/b": {"*": [4, "~x"]}}»', '"a/b"."*"[1]'], '~x'],
    [[nothing, 'a'], null],
  ],
  json_number: [
    [[order, 'amount', '14', '2'], '12.50'],
    [[order, 'price', '14', '2'], '10.00'],
    [[order, 'id'], '7'],
    [[order, 'amount'], '13'],
    [[order, 'note', '14', '2'], null],
    [[order, 'missing', '14', '2'], null],
    [['«{"a": -0.005}»', 'a', '14', '2'], '-0.01'],
    [['«{"a": 12345678901234567890}»', 'a'], '12345678901234567890'],
    [['«{"a": 90071992547409.93}»', 'a', '20', '2'], '90071992547409.93'],
    [['«{"a": [{"b": -90071992547409.93}]}»', 'a[0].b', '20', '2'], '-90071992547409.93'],
    [
      ['«{"s": "x:1.234567890123456789,", "a": 0.1234567890123456789}»', 'a', '38', '19'],
      '0.1234567890123456789',
    ],
    [['«{"s": "1.234567890123456789", "a\\"1": 2, "a": 12.5}»', 'a', '14', '2'], '12.50'],
    [[order, 'Name'], { error: /Could not (?:convert|cast)/i }],
  ],
  json_boolean: [
    [[order, 'paid'], 'true'],
    [['«{"a": false}»', 'a'], 'false'],
    [['«{"a": "true"}»', 'a'], 'true'],
    [[order, 'note'], null],
    [[order, 'missing'], null],
    [[order, 'Name'], { error: /Could not (?:convert|cast)/i }],
  ],
  json_value: [
    [['«{"a": {"c": 1}}»', 'a'], '{"c":1}'],
    [[order, 'tags'], '["a",null,"c"]'],
    [[order, 'note'], null],
    [[order, 'missing'], null],
    [['«{"a": 0}»', 'a'], '0'],
    [['«{"a": ""}»', 'a'], '""'],
  ],
  json_kind: [
    [[order], 'object'],
    [[order, 'tags'], 'array'],
    [[order, 'Name'], 'string'],
    [[order, 'id'], 'number'],
    [[order, 'amount'], 'number'],
    [['«{"a": -3}»', 'a'], 'number'],
    [[order, 'paid'], 'boolean'],
    [[order, 'note'], 'null'],
    [[order, 'missing'], null],
    [['«{"*": [1]}»', '"*"'], 'array'],
  ],
  json_array_length: [
    [[order, 'tags'], '3'],
    [[order, 'empty'], '0'],
    [[order, 'address'], null],
    [[order, 'note'], null],
    [[order, 'missing'], null],
    [['«[1, 2]»'], '2'],
  ],
  object_construct: [
    [["'b'", '1', "'a'", "'x'"], '{"a":"x","b":1}'],
    [["'a'", 'null', "'b'", '2'], '{"b":2}'],
    [["'a'", 'cast(null as integer)'], '{}'],
    [["'a'", 'true', "'b'", '«[1, null]»'], '{"a":true,"b":[1,null]}'],
    [["'say'", `'he said "hi"'`], '{"say":"he said \\"hi\\""}'],
  ],
  flatten: [
    [['o.data', 'tags', 'e'], '0:"a" 1:null 2:"c"', elements(order)],
    [['o.data', 'lines', 'e'], '0:{"sku":"x"} 1:{"sku":"y"}', elements(order)],
    [['o.data', '', 'e'], '0:1 1:2', elements('«[1, 2]»')],
    [['o.data', 'empty', 'e'], '0', count(order)],
    [['o.data', 'empty', 'e', 'true'], '1', count(order)],
    [['o.data', 'missing', 'e'], '0', count(order)],
    [['o.data', 'missing', 'e', 'true'], '1', count(order)],
    [['o.data', 'note', 'e'], '0', count(order)],
    [['o.data', 'address', 'e'], '0', count(order)],
    [['o.data', 'tags', 'e', 'true'], '3', count(order)],
  ],
};
