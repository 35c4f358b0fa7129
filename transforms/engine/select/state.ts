import { isDeepStrictEqual } from 'node:util';
import type { Manifest, ProjectResources } from '../artifacts/manifest.ts';
import type { Resource } from '../artifacts/resource.ts';
import { reached } from './graph.ts';
import { isNode } from './resource-facts.ts';

type Compare = (now: Resource, before: Resource) => boolean;

/**
 * What `state:<value>` asks of a resource, against the manifest of an earlier state. Compared is what was authored:
 * file texts, settings before vars and environment were put in, contracts, and the macros that are reached. Times,
 * targets and the values of vars are not looked at.
 */
export function statePredicate(
  now: ProjectResources,
  before: Manifest,
  oneOf: (known: readonly string[]) => string,
): (resource: Resource) => boolean {
  const old = (each: Resource): Resource | undefined => entryOf(before, each.unique_id);
  const macrosChanged = macroCheck(now, before);
  const modified = (each: Resource): boolean => {
    const then = old(each);
    // As in dbt, a source or an exposure that is new counts as new only: who reads it was modified anyway.
    const differs = then === undefined ? !isDeclared(each) : !sameContents(each, then);
    return differs || macrosChanged(each);
  };
  const differs =
    (same: Compare) =>
    (each: Resource): boolean => {
      const then = old(each);
      return then === undefined || !same(each, then);
    };
  const checks: Readonly<Record<string, (resource: Resource) => boolean>> = {
    new: (each) => old(each) === undefined,
    old: (each) => old(each) !== undefined,
    modified,
    unmodified: (each) => !modified(each),
    'modified.body': (each) => isNode(each) && differs(sameBody)(each),
    'modified.configs': (each) => each.resource_type !== 'unit_test' && differs(sameConfig)(each),
    'modified.persisted_descriptions': (each) => isNode(each) && differs(sameDescriptions)(each),
    'modified.relation': (each) => (isNode(each) || isSource(each)) && differs(sameRelation)(each),
    'modified.macros': macrosChanged,
    'modified.contract': (each) => isNode(each) && differs(sameContract)(each),
  };
  return checks[oneOf(Object.keys(checks))] ?? (() => false);
}

function entryOf(manifest: Manifest, id: string): Resource | undefined {
  return manifest.nodes[id] ?? manifest.sources[id] ?? manifest.exposures[id] ?? manifest.unit_tests[id];
}

function isDeclared({ resource_type }: Resource): boolean {
  return resource_type === 'source' || resource_type === 'exposure';
}

function isSource({ resource_type }: Resource): boolean {
  return resource_type === 'source';
}

const sameContents: Compare = (now, before) => contentsOf(now).every((same) => same(now, before));

/** What makes a resource the same as before, by its kind. */
function contentsOf(resource: Resource): readonly Compare[] {
  if (resource.resource_type === 'source') {
    return [
      sameRelation,
      sameName,
      sameConfig,
      fields('quoting', 'loaded_at_field', 'external'),
      sameFreshness,
    ];
  }
  if (resource.resource_type === 'exposure') {
    return [sameName, sameConfig, sameParents, sameOwner, fields(...exposureFields)];
  }
  if (resource.resource_type === 'unit_test') return [fields('checksum')];
  if (resource.test_metadata !== undefined) return [sameConfig, sameName];
  const node = [sameBody, sameConfig, sameDescriptions, sameName, sameRelation, sameContract];
  return resource.resource_type === 'model' ? [...node, sameReference] : node;
}

const exposureFields = ['type', 'maturity', 'url', 'description', 'label'];

function fields(...names: readonly string[]): Compare {
  return (now, before) => names.every((name) => sameJson(now[name], before[name]));
}

/** Equal as JSON: absent and null are one, and the order of keys does not matter. */
function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

const sameName: Compare = fields('fqn');
const sameOwner: Compare = (now, before) =>
  sameJson(withoutNulls(now['owner']), withoutNulls(before['owner']));
const sameFreshness: Compare = (now, before) =>
  sameJson(limitsOf(now['freshness']), limitsOf(before['freshness']));
const sameReference: Compare = fields('latest_version', 'access', 'deprecation_date');

/** A limit without a count is no limit, however it is written. */
function limitsOf(freshness: unknown): unknown {
  const whole = withoutNulls(freshness);
  return Object.fromEntries(
    Object.entries(whole)
      .map(([key, value]) => [key, typeof value === 'object' ? withoutNulls(value) : value] as const)
      .filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
}

function withoutNulls(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined));
}

const sameParents: Compare = (now, before) =>
  sameJson(now.depends_on?.nodes?.toSorted(), before.depends_on?.nodes?.toSorted());

/** A generic test has no file of its own: its call is compared. */
const sameBody: Compare = (now, before) =>
  fields(now.test_metadata === undefined ? 'checksum' : 'raw_code')(now, before);

/** Settings that are a place or a label: a change of theirs is a change of relation, or none. */
const outsideConfig: ReadonlySet<string> = new Set(['alias', 'schema', 'database', 'tags', 'group']);

const sameConfig: Compare = (now, before) => sameJson(comparedConfig(now), comparedConfig(before));

function comparedConfig(resource: Resource): Record<string, unknown> {
  const settings = Object.entries(withoutNulls(resource.unrendered_config));
  if (!isNode(resource)) return Object.fromEntries(settings);
  return Object.fromEntries(settings.filter(([key]) => !outsideConfig.has(key)));
}

const sameRelation: Compare = (now, before) =>
  isSource(now)
    ? fields('database', 'schema', 'identifier')(now, before)
    : ['database', 'schema', 'alias'].every((key) =>
        sameJson(now.unrendered_config?.[key], before.unrendered_config?.[key]),
      );

/** Descriptions matter where they are written into the warehouse. */
const sameDescriptions: Compare = (now, before) => {
  const persist = now.config['persist_docs'];
  if (typeof persist !== 'object' || persist === null) return true;
  const relation = 'relation' in persist && persist.relation === true;
  const columns = 'columns' in persist && persist.columns === true;
  return (
    (!relation || sameJson(now.description, before.description)) &&
    (!columns || sameJson(columnDescriptions(now), columnDescriptions(before)))
  );
};

function columnDescriptions({ columns = {} }: Resource): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, { description }]) => [name, description]));
}

/** A contract that was and is not enforced promises nothing; else the checksum of its promises decides. */
const sameContract: Compare = (now, before) => {
  const [is, was] = [now.contract?.enforced === true, before.contract?.enforced === true];
  if (!is && !was) return true;
  return is === was && now.contract?.checksum === before.contract?.checksum;
};

/** Whether a resource reaches, through however many macros, one whose text is not as it was. */
function macroCheck(now: ProjectResources, before: Manifest): (resource: Resource) => boolean {
  const all = Object.values(now.macros);
  const calls = new Map(all.map(({ unique_id, depends_on }) => [unique_id, depends_on.macros]));
  const changed = new Set(
    all
      .filter(({ unique_id, macro_sql }) => before.macros[unique_id]?.macro_sql !== macro_sql)
      .map(({ unique_id }) => unique_id),
  );
  return ({ depends_on }) => {
    const called = depends_on?.macros ?? [];
    if (changed.size === 0 || called.length === 0) return false;
    return [...called, ...reached(calls, called, Infinity)].some((id) => changed.has(id));
  };
}
