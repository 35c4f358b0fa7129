import { asFlag, asInt, asText, entriesOf } from './arguments.ts';
import { fail } from './errors.ts';
import { filter } from './filter-table.ts';
import type { Filter } from './filter-table.ts';
import { escapeHtml, stripTags } from './html.ts';
import { jsonText } from './json-text.ts';
import { isTrue, iterate } from './operators.ts';
import { prettyText } from './pretty.ts';
import { Dict, HostObject, JinjaList, PySet, Tuple, Undefined, textOf } from './values.ts';
import type { Value } from './values.ts';
import { urlize } from './urlize.ts';

function quoteUrl(text: string, isQuery: boolean): string {
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return isQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
}

function isIterable(value: Value): boolean {
  if (value instanceof HostObject) return value.iterate !== undefined;
  const isSequence = value instanceof JinjaList || value instanceof Tuple || value instanceof PySet;
  return isSequence || value instanceof Dict || value instanceof Undefined;
}

function urlEncode(value: Value): string {
  if (!isIterable(value)) return quoteUrl(textOf(value), false);
  const pairs = value instanceof Dict ? value.entries() : iterate(value);
  return Array.from(pairs as Iterable<Value | [Value, Value]>, (pair) => {
    const [key, item, ...more] = Array.isArray(pair) ? pair : iterate(pair);
    if (key === undefined || item === undefined || more.length > 0)
      return fail('JINJA_TYPE', 'a pair is needed');
    return `${quoteUrl(textOf(key), true)}=${quoteUrl(textOf(item), true)}`;
  }).join('&');
}

function attributes(value: Value, withSpace: boolean): string {
  const parts: string[] = [];
  for (const [key, item] of entriesOf(value)) {
    if (item === null || item instanceof Undefined) continue;
    if (/[ \t\n\r\f\v/>=]/.test(asText(key)))
      fail('JINJA_TYPE', `invalid character in attribute name: ${asText(key)}`);
    parts.push(`${escapeHtml(asText(key))}="${escapeHtml(textOf(item))}"`);
  }
  return withSpace && parts.length > 0 ? ` ${parts.join(' ')}` : parts.join(' ');
}

const UNSAFE: ReadonlyMap<string, string> = new Map([
  ['<', '\\u003c'],
  ['>', '\\u003e'],
  ['&', '\\u0026'],
  ["'", '\\u0027'],
]);

function toJson(value: Value, indent: Value): string {
  const by = indent === null || typeof indent === 'string' ? (indent ?? undefined) : asInt(indent, 0);
  return jsonText(value, { sortKeys: true, indent: by }).replace(
    /[<>&']/g,
    (char) => UNSAFE.get(char) ?? char,
  );
}

/** Filters that write HTML, URLs, JSON and the like. */
export const HTML_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('escape', '', (value) => escapeHtml(textOf(value))),
  filter('e', '', (value) => escapeHtml(textOf(value))),
  filter('forceescape', '', (value) => escapeHtml(textOf(value))),
  filter('striptags', '', (value) => stripTags(textOf(value))),
  filter('urlencode', '', urlEncode),
  filter('xmlattr', 'autospace?', (value, [space]) =>
    attributes(value, space === undefined || isTrue(space)),
  ),
  filter('tojson', 'indent?', (value, [indent = null]) => toJson(value, indent)),
  filter('pprint', '', (value) => prettyText(value)),
  filter('urlize', 'trim_url_limit?, nofollow?, target?, rel?, extra_schemes?', (value, args) => {
    const [limit = null, nofollow, target = null, rel = null, schemes = null] = args;
    return urlize(textOf(value), {
      limit: limit === null ? undefined : asInt(limit, 0),
      nofollow: asFlag(nofollow),
      target: target === null ? '' : asText(target),
      rel: rel === null ? '' : asText(rel),
      schemes: schemes === null ? [] : Array.from(iterate(schemes), (scheme) => asText(scheme)),
    });
  }),
];
