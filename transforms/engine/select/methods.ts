import { nearest } from '../../../lib/edit-distance.ts';
import type { Resource } from '../artifacts/resource.ts';
import type { SelectContext } from './context.ts';
import { selectErrors } from './errors.ts';
import { isPattern, matchesPath, matchesPattern } from './glob.ts';
import type { SelectionGraph } from './graph.ts';
import { matchesQualifiedName } from './qualified-name.ts';
import {
  isNode,
  isVersioned,
  tagsOf,
  groupsOf,
  pathsOf,
  fileNames,
  testNames,
  testTypeOf,
  versionOrder,
  hasSetting,
} from './resource-facts.ts';
import type { Criterion, MethodName } from './selection.ts';
import { statePredicate } from './state.ts';
import { fresherSources } from './source-status.ts';

type Predicate = (resource: Resource) => boolean;

/** What a method is given: the criterion's value as text, the criterion, and what it may compare with. */
interface Asked {
  readonly value: string;
  readonly criterion: Criterion;
  readonly graph: SelectionGraph;
  readonly context: SelectContext;
}

interface Method {
  readonly predicate: (asked: Asked) => Predicate;
  /** For methods that name things: what a resource is called, so that a misspelt name is an error. */
  readonly names?: (resource: Resource) => readonly string[];
}

const testTypes: Readonly<Record<string, readonly string[]>> = {
  generic: ['generic'],
  schema: ['generic'],
  singular: ['singular'],
  data: ['generic', 'singular'],
  unit: ['unit'],
};

const resourceTypes = [
  'model',
  'seed',
  'source',
  'test',
  'unit_test',
  'exposure',
  // dbt's others: valid, and never found here.
  'snapshot',
  'analysis',
  'metric',
  'semantic_model',
  'saved_query',
];

const runStatuses = [
  'success',
  'error',
  'fail',
  'warn',
  'skipped',
  'pass',
  'no-op',
  'partial success',
  'runtime error',
];

const versionTests: Readonly<Record<string, (order: number | undefined) => boolean>> = {
  latest: (order) => order === 0,
  prerelease: (order) => order !== undefined && order > 0,
  old: (order) => order !== undefined && order < 0,
  none: () => false,
};

const methods: Readonly<Record<MethodName, Method>> = {
  fqn: {
    predicate:
      ({ value }) =>
      (each) =>
        each.resource_type !== 'source' && matchesQualifiedName(each.fqn, value, isVersioned(each)),
    names: (each) => (each.resource_type === 'source' ? [] : [each.name, each.fqn.slice(1).join('.')]),
  },
  name: {
    predicate:
      ({ value }) =>
      (each) =>
        matchesPattern(each.name, value),
    names: (each) => [each.name],
  },
  tag: {
    predicate:
      ({ value }) =>
      (each) =>
        tagsOf(each).some((tag) => matchesPattern(tag, value)),
    names: tagsOf,
  },
  group: {
    predicate:
      ({ value }) =>
      (each) =>
        isNode(each) && groupsOf(each).some((group) => matchesPattern(group, value)),
    names: groupsOf,
  },
  access: {
    predicate: (asked) => {
      const value = oneOf(asked, ['private', 'protected', 'public']);
      return (each) => each.resource_type === 'model' && each.access === value;
    },
  },
  source: {
    predicate: (asked) => {
      const [table = '*', source = '*', project = '*'] = sourceParts(asked).toReversed();
      return (each) =>
        each.resource_type === 'source' &&
        matchesPattern(each.package_name, project) &&
        matchesPattern(each.source_name ?? '', source) &&
        matchesPattern(each.name, table);
    },
    names: (each) =>
      each.resource_type === 'source' ? [each.source_name ?? '', `${each.source_name}.${each.name}`] : [],
  },
  path: {
    predicate: ({ value, graph }) => {
      const fromAbove = value.replace(/^\.\//, '');
      const inside = fromAbove.startsWith(`${graph.folderName}/`)
        ? [fromAbove.slice(graph.folderName.length + 1)]
        : [];
      return (each) =>
        pathsOf(each).some((path) => [value, ...inside].some((wanted) => matchesPath(path, wanted)));
    },
    names: pathsOf,
  },
  file: {
    predicate:
      ({ value }) =>
      (each) =>
        fileNames(each).some((name) => matchesPattern(name, value)),
    names: fileNames,
  },
  package: {
    predicate:
      ({ value, graph }) =>
      (each) =>
        matchesPattern(each.package_name, value === 'this' ? graph.projectName : value),
    names: (each) => [each.package_name, 'this'],
  },
  config: {
    predicate:
      ({ criterion }) =>
      (each) =>
        (isNode(each) || each.resource_type === 'source') && hasSetting(each, criterion),
  },
  test_name: {
    predicate:
      ({ value }) =>
      (each) =>
        testNames(each).some((name) => matchesPattern(name, value)),
    names: testNames,
  },
  test_type: {
    predicate: (asked) => {
      const kinds = testTypes[oneOf(asked, Object.keys(testTypes))] ?? [];
      return (each) => kinds.includes(testTypeOf(each) ?? '');
    },
  },
  resource_type: {
    predicate: (asked) => {
      const value = oneOf(asked, resourceTypes);
      return (each) => each.resource_type === value;
    },
  },
  state: {
    predicate: (asked) => {
      const manifest = must(asked, asked.context.manifest, 'the manifest.json of an earlier state');
      return statePredicate(asked.graph.entries, manifest, (known) => oneOf(asked, known));
    },
  },
  exposure: projectName('exposure'),
  unit_test: projectName('unit_test'),
  result: {
    predicate: (asked) => {
      const results = must(asked, asked.context.runResults, 'the run_results.json of an earlier run').results;
      const status = oneOf(asked, runStatuses);
      const ids = new Set(results.filter((each) => each.status === status).map((each) => each.unique_id));
      return (each) => ids.has(each.unique_id);
    },
  },
  source_status: {
    predicate: (asked) => {
      oneOf(asked, ['fresher']);
      const before = must(asked, asked.context.sources, 'the sources.json of an earlier freshness check');
      const now = must(
        asked,
        asked.context.currentSources,
        'the sources.json of the present freshness check',
      );
      const ids = fresherSources(before, now);
      return (each) => ids.has(each.unique_id);
    },
  },
  version: {
    predicate: (asked) => {
      const value = oneOf(asked, Object.keys(versionTests));
      return (each) =>
        each.resource_type === 'model' &&
        (isVersioned(each) ? versionTests[value]?.(versionOrder(each)) === true : value === 'none');
    },
  },
};

/** What a criterion asks of a resource. Typed errors for values that its method does not know. */
export function predicateOf(criterion: Criterion, graph: SelectionGraph, context: SelectContext): Predicate {
  return methods[criterion.method].predicate({ value: String(criterion.value), criterion, graph, context });
}

/** SELECT_NO_MATCH where a criterion names one thing, without a pattern, that nothing is called. */
export function noMatch(criterion: Criterion, graph: SelectionGraph): Error | undefined {
  const { names } = methods[criterion.method];
  const value = String(criterion.value);
  if (names === undefined || isPattern(value)) return undefined;
  const near = nearest(value, new Set([...graph.resources.values()].flatMap(names)));
  return selectErrors.error('SELECT_NO_MATCH', {
    message: `\`${criterion.raw}\` matches nothing${near === undefined ? '' : `; did you mean ${near}?`}`,
    where: criterion.where,
  });
}

/** `name` or `project.name` of an exposure or a unit test. */
function projectName(type: string): Method {
  return {
    predicate: (asked) => {
      const [name = '*', project = '*'] = dotted(asked, 2, 'a name, or a project and a name').toReversed();
      return (each) =>
        each.resource_type === type &&
        matchesPattern(each.package_name, project) &&
        matchesPattern(each.name, name);
    },
    names: (each) => (each.resource_type === type ? [each.name] : []),
  };
}

function sourceParts(asked: Asked): string[] {
  const parts = dotted(asked, 3, 'a source, a source and a table, or a project before both');
  return parts.length === 1 ? [...parts, '*'] : parts;
}

function dotted({ value, criterion }: Asked, most: number, what: string): string[] {
  const parts = value.split('.');
  if (parts.length <= most) return parts;
  throw selectErrors.error('SELECT_SYNTAX', {
    message: `\`${criterion.raw}\` has too many dots: ${criterion.method} takes ${what}`,
    where: criterion.where,
  });
}

function oneOf({ value, criterion }: Asked, known: readonly string[]): string {
  if (known.includes(value)) return value;
  const near = nearest(value, known);
  throw selectErrors.error('SELECT_UNKNOWN_VALUE', {
    message: `${criterion.method} has no ${value}; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`}`,
    where: criterion.where,
  });
}

function must<Value>({ criterion }: Asked, value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw selectErrors.error('SELECT_STATE_MISSING', {
    message: `\`${criterion.raw}\` needs ${what}`,
    where: criterion.where,
  });
}
