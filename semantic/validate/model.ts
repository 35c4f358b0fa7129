import type {
  CubeText,
  DimensionText,
  JoinText,
  MeasureText,
  RollupText,
  SegmentText,
  ViewText,
} from './model-schema.ts';
import type { Locate, SourceFile } from './model-source.ts';
import { namesIn, readOf } from './sql-names.ts';

/** Something that a file says, and where. */
export interface Said<T> {
  readonly value: T;
  /** Of the thing itself, or of one of its properties. */
  readonly at: (...property: readonly PropertyKey[]) => string;
}

/** A cube with all that it takes from those it extends, each member where it is written. */
export interface Cube {
  readonly name: string;
  readonly said: Said<CubeText>;
  /** Without schema; undefined for what only others extend. */
  readonly mart: string | undefined;
  readonly computed: readonly string[];
  readonly sql: string;
  readonly joins: ReadonlyMap<string, Said<JoinText>>;
  readonly dimensions: ReadonlyMap<string, Said<DimensionText>>;
  readonly segments: ReadonlyMap<string, Said<SegmentText>>;
  readonly measures: ReadonlyMap<string, Said<MeasureText>>;
  /** In the order in which they are tried; its own and those of the cubes that it extends. */
  readonly rollups: readonly Said<RollupText>[];
  readonly hierarchies: ReadonlySet<string>;
  /** Whether another cube extends it and no view shows it: its SQL is only a stand-in. */
  readonly isBase: boolean;
}

/** A member of a view. */
export interface Exposed {
  readonly name: string;
  readonly cube: string;
  readonly member: string;
  /** Cubes from the view's first to the member's own. */
  readonly path: readonly string[];
  readonly where: string;
}

export interface View {
  readonly name: string;
  readonly said: Said<ViewText>;
  readonly exposed: readonly Exposed[];
}

export interface Model {
  readonly cubes: ReadonlyMap<string, Cube>;
  readonly views: readonly View[];
}

/** Puts the files together. What refers to nothing is left for the rules to tell. */
export function toModel(files: readonly SourceFile[]): Model {
  const texts = new Map(
    files.flatMap((file) =>
      file.cubes.map((value, index) => [value.name, said(value, file.locate, ['cubes', index])] as const),
    ),
  );
  const views = files.flatMap((file) =>
    file.views.map((value, index) => toView(said(value, file.locate, ['views', index]))),
  );
  const shown = new Set(views.flatMap(({ exposed }) => exposed.flatMap(({ path }) => path)));
  return {
    cubes: new Map([...texts.keys()].map((name) => [name, toCube(name, texts, !shown.has(name))])),
    views,
  };
}

function said<T>(value: T, locate: Locate, path: readonly PropertyKey[]): Said<T> {
  return { value, at: (...property) => locate([...path, ...property]) };
}

type Texts = ReadonlyMap<string, Said<CubeText>>;

/** From the cube that is extended by all others to the cube itself; one that extends itself ends there. */
function lineageOf(name: string, texts: Texts, seen: readonly string[] = []): readonly Said<CubeText>[] {
  const own = texts.get(name);
  if (own === undefined || seen.includes(name)) return [];
  const base = own.value.extends;
  return base === undefined ? [own] : [...lineageOf(base, texts, [...seen, name]), own];
}

function toCube(name: string, texts: Texts, isUnshown: boolean): Cube {
  const lineage = lineageOf(name, texts);
  const own = lineage.at(-1);
  if (own === undefined) throw new Error(`${name} is no cube`);
  const read = lineage
    .map(
      ({ value }) =>
        value.sql ?? (value.sql_table === undefined ? undefined : `select * from ${value.sql_table}`),
    )
    .findLast((sql) => sql !== undefined);
  const { mart, computed } = readOf(read ?? '');
  return {
    name,
    said: own,
    mart,
    computed,
    sql: read ?? '',
    joins: merged(lineage, 'joins'),
    dimensions: merged(lineage, 'dimensions'),
    segments: merged(lineage, 'segments'),
    measures: merged(lineage, 'measures'),
    rollups: [...merged(lineage, 'pre_aggregations').values()],
    hierarchies: new Set(lineage.flatMap(({ value }) => (value.hierarchies ?? []).map((each) => each.name))),
    isBase: isUnshown && [...texts.values()].some(({ value }) => value.extends === name),
  };
}

function merged<Kind extends 'joins' | 'dimensions' | 'segments' | 'measures' | 'pre_aggregations'>(
  lineage: readonly Said<CubeText>[],
  kind: Kind,
): Map<string, Said<NonNullable<CubeText[Kind]>[number]>> {
  return new Map(
    lineage.flatMap((cube) =>
      (cube.value[kind] ?? []).map((value: NonNullable<CubeText[Kind]>[number], index: number) => [
        value.name,
        { value, at: (...property: readonly PropertyKey[]) => cube.at(kind, index, ...property) },
      ]),
    ),
  );
}

function toView(view: Said<ViewText>): View {
  const exposed = view.value.cubes.flatMap(({ join_path: joinPath, includes }, place) =>
    includes.map((include, index) => {
      const path = joinPath.split('.');
      const member = typeof include === 'string' ? include : include.name;
      const name = typeof include === 'string' ? include : include.alias;
      const where = view.at('cubes', place, 'includes', index);
      return { name, member, path, where, cube: path.at(-1) ?? '' };
    }),
  );
  return { name: view.value.name, said: view, exposed };
}

/** A measure with all measures that it is made of, itself first. */
export function partsOf(cube: Cube, measure: string): readonly Said<MeasureText>[] {
  const found = new Map<string, Said<MeasureText>>();
  const visit = (name: string): void => {
    const own = cube.measures.get(name);
    if (own === undefined || found.has(name)) return;
    found.set(name, own);
    for (const member of namesIn(own.value.sql ?? '').members) visit(member);
  };
  visit(measure);
  return [...found.values()];
}

/** Measures that people may ask for. */
export function publicMeasures(cube: Cube): readonly Said<MeasureText>[] {
  return [...cube.measures.values()].filter(({ value }) => value.public !== false);
}
