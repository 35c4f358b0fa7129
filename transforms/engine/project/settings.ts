import type { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import {
  canonicalSetting,
  refusedSettings,
  settingsWithoutEffect,
  sourceConfigSchema,
} from './config-schema.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { renderAny } from './profile.ts';
import type { RenderText } from './profile.ts';
import { validate } from './validate.ts';
import type { Places } from './validate.ts';
import { isRecord, own } from './yaml.ts';
import type { YamlFile } from './yaml.ts';

/** Settings as authored at one place: a folder of dbt_project.yml, a YAML entry, a config() call. */
export type Authored = Readonly<Record<string, unknown>>;

/** How settings of one kind of node are checked. */
export interface SettingsKind {
  readonly schema: z.ZodType;
  readonly render: RenderText;
  readonly onWarning: (message: string) => void;
  readonly defects: Defects;
}

/** Rendered later, where their own context is known. */
const renderedLater = new Set(['pre_hook', 'post_hook', 'where', 'loaded_at_query']);

/** Inside of a setting: `freshness.filter`. */
const renderedLaterInside: Readonly<Record<string, string>> = { freshness: 'filter' };

/** Settings of one place, rendered and checked; defects are collected and give no settings. */
export function readSettings(raw: Authored, places: Places, kind: SettingsKind): Authored {
  const entries = Object.entries(raw).map(([key, value]) => [canonicalSetting(key), key, value] as const);
  const rendered: Record<string, unknown> = {};
  for (const [key, written, value] of entries) {
    const at = (): Location => places.at([written]);
    const instead = own(refusedSettings, key);
    if (instead !== undefined) {
      kind.defects.add(
        unsupported(
          `${places.called}: ${key} is not supported: ${instead}`,
          instead,
          places.atKey([written]),
        ),
      );
      continue;
    }
    // Of a source, freshness is no such setting.
    if (settingsWithoutEffect.has(key) && kind.schema !== sourceConfigSchema)
      kind.onWarning(`${formatLocation(places.atKey([written]))}: ${key} has no effect here`);
    rendered[key] = renderedLater.has(key)
      ? value
      : kind.defects.try(() => renderSetting(key, value, at, kind.render));
  }
  const valid = validate(kind.schema, rendered, places, kind.defects);
  return (valid ?? {}) as Authored;
}

function renderSetting(key: string, value: unknown, at: () => Location, render: RenderText): unknown {
  const later = own(renderedLaterInside, key);
  if (later === undefined || !isRecord(value)) return renderMeta(key, value, at, render);
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    name === later ? each : renderAny(each, at, render),
  ]);
  return Object.fromEntries(entries);
}

/**
 * Mappings of touched keys are templates of their own, rendered when keys are mapped. dbt renders all of a config, so a
 * project that dbt shall read wraps them in {% raw %}; that is taken off here, and a mapping without it is kept.
 */
function renderMeta(key: string, value: unknown, at: () => Location, render: RenderText): unknown {
  if (key !== 'meta' || !isRecord(value)) return renderAny(value, at, render);
  const entries = Object.entries(value).map(([name, each]) => {
    const isMapping = name === 'touched_by' && isRecord(each);
    return [name, isMapping ? withoutRaw(each, at, render) : renderAny(each, at, render)] as const;
  });
  return Object.fromEntries(entries);
}

function withoutRaw(mappings: Record<string, unknown>, at: () => Location, render: RenderText): unknown {
  const entries = Object.entries(mappings).map(([input, mapping]) => {
    const isRaw = typeof mapping === 'string' && /\{%-?\s*raw\b/.test(mapping);
    return [input, isRaw ? render(mapping, at()) : mapping] as const;
  });
  return Object.fromEntries(entries);
}

/** The error PROJECT_UNSUPPORTED at a place: something of dbt's that would give other rows if it were ignored. */
export function unsupported(
  message: string,
  remedy: string,
  at: Location,
): ReturnType<typeof projectErrors.error> {
  return projectErrors.error('PROJECT_UNSUPPORTED', { message, remedy, where: formatLocation(at) });
}

/** Settings of all places of one node, later ones over earlier ones; tags and hooks add up, meta and types merge. */
export function mergeSettings(levels: readonly Authored[]): Authored {
  const merged: Record<string, unknown> = {};
  for (const level of levels) {
    for (const [key, value] of Object.entries(level)) {
      if (value === undefined) continue;
      merged[key] = (own(mergers, key) ?? latter)(own(merged, key), value);
    }
  }
  return merged;
}

type Merger = (before: unknown, now: unknown) => unknown;

const latter: Merger = (_, now) => now;
const added: Merger = (before, now) => [...asList(before), ...asList(now)];
const distinct: Merger = (before, now) => [...new Set([...asList(before), ...asList(now)])];
const merged: Merger = (before, now) => ({ ...asRecord(before), ...asRecord(now) });

const mergers: Readonly<Record<string, Merger>> = {
  tags: distinct,
  pre_hook: added,
  post_hook: added,
  meta: merged,
  column_types: merged,
  // Limits clobber one by one; null, which takes all of them away, is no record and stays.
  freshness: (before, now) => (now === null ? now : merged(before, now)),
};

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A setting that is a list of texts; none where it is not set. */
export function textsOf(value: unknown): string[] {
  return asList(value).map(String);
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** One of the trees of dbt_project.yml: `models:`, `seeds:`, `data_tests:`... */
export class SettingsTree {
  readonly #root: unknown;
  readonly #yaml: YamlFile;
  readonly #section: string;
  readonly #kind: SettingsKind;
  readonly #levels = new Map<string, Authored>();
  readonly #used = new Set<string>();

  constructor(yaml: YamlFile, section: string, kind: SettingsKind) {
    this.#yaml = yaml;
    this.#section = section;
    this.#kind = kind;
    this.#root = isRecord(yaml.value) ? own(yaml.value, section) : undefined;
  }

  /** Settings along a node's path (project, folders, name), outermost first. */
  levelsOf(fqn: readonly string[]): Authored[] {
    const levels: Authored[] = [];
    let node = this.#root;
    for (let depth = 0; isRecord(node); depth += 1) {
      levels.push(this.#level(fqn.slice(0, depth), node));
      const step = fqn[depth];
      if (step === undefined) break;
      node = own(node, step);
    }
    return levels;
  }

  #level(path: readonly string[], node: Record<string, unknown>): Authored {
    const key = path.join('\0');
    this.#used.add(key);
    const before = this.#levels.get(key);
    if (before !== undefined) return before;
    const base = [this.#section, ...path];
    const places: Places = {
      called: base.join('.'),
      at: ([first, ...rest]) => this.#yaml.at([...base, this.#written(node, first), ...rest]),
      atKey: ([first, ...rest]) => this.#yaml.atKey([...base, this.#written(node, first), ...rest]),
    };
    const entries = Object.entries(node).flatMap(([name, value]) => {
      if (name.startsWith('+')) return [[name.slice(1), value] as const];
      if (!isRecord(value))
        this.#kind.defects.add(missingPlus(name, base.join('.'), this.#yaml.atKey([...base, name])));
      return [];
    });
    const level = readSettings(Object.fromEntries(entries), places, this.#kind);
    this.#levels.set(key, level);
    return level;
  }

  #written(node: Record<string, unknown>, key: string | number | undefined): string {
    return Object.hasOwn(node, `+${key}`) ? `+${key}` : String(key ?? '');
  }

  /** Folders named in the tree that hold no node: most often a misspelt name. */
  unusedPaths(): { readonly path: string; readonly at: Location }[] {
    const found: { path: string; at: Location }[] = [];
    const visit = (node: unknown, path: readonly string[]): void => {
      if (!isRecord(node)) return;
      if (path.length > 0 && !this.#used.has(path.join('\0'))) {
        found.push({
          path: [this.#section, ...path].join('.'),
          at: this.#yaml.atKey([this.#section, ...path]),
        });
        return;
      }
      for (const [name, value] of Object.entries(node))
        if (!name.startsWith('+')) visit(value, [...path, name]);
    };
    visit(this.#root, []);
    return found;
  }
}

function missingPlus(name: string, called: string, at: Location): ReturnType<typeof projectErrors.error> {
  return projectErrors.error('PROJECT_UNKNOWN_KEY', {
    message: `${called}: ${name} is neither a folder nor a setting; did you mean +${name}?`,
    where: formatLocation(at),
    remedy: 'Settings in dbt_project.yml begin with +.',
  });
}
