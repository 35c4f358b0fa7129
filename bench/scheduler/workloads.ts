/** DAG files of a workload, by name, as text. */
export type DagFiles = Readonly<Record<string, string>>;

/** What is run in one go: its DAGs, all alike, and whether a task has a process of its own. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  readonly dags: number;
  /** Of each task the place of the one that it comes after. */
  readonly parents: readonly (number | null)[];
  /** Every task computes that Fibonacci number; absent: it does nothing. */
  readonly fibo?: number;
  /** Runs a DAG; the first comes by its schedule, further ones are triggered. */
  readonly runsEach?: number;
  readonly executor?: 'in_process' | 'process';
}

/** As many attempts at once as LocalExecutor makes unless told otherwise. */
export const parallelism = 32;

const fibonacci = 'const fibo = (n) => (n < 2 ? n : fibo(n - 1) + fibo(n - 2));';

/** Each task after the one before. */
const linear = (tasks: number): Workload['parents'] =>
  Array.from({ length: tasks }, (_, index) => (index === 0 ? null : index - 1));

/** Each task after its parent in a binary tree. */
const binaryTree = (tasks: number): Workload['parents'] =>
  Array.from({ length: tasks }, (_, index) => (index === 0 ? null : Math.floor((index - 1) / 2)));

function dagFile(dagId: string, { parents, fibo, runsEach = 1 }: Omit<Workload, 'name' | 'about'>): string {
  const body = fibo === undefined ? '' : `return fibo(${fibo})`;
  const tasks = parents.map((parent, index) => {
    const after = parent === null ? '' : `.after(t${parent})`;
    return `    const t${index} = t.task('t${index}', { run: () => { ${body} } })${after};`;
  });
  return `import { dag, once } from '@scheduler';
${fibonacci}
export default dag({
  dagId: '${dagId}',
  description: 'A workload of the bench',
  owner: 'bench',
  tags: [],
  schedule: once(),
  startDate: '2026-01-01T00:00:00Z',
  maxActiveRuns: ${Math.max(16, runsEach)},
  maxActiveTasks: 128,
  tasks: (t) => {
${tasks.join('\n')}
  },
});
`;
}

/** The DAG files of a workload. Ids begin with the prefix: a DAG runs once in a store. */
export function dagFilesOf(workload: Omit<Workload, 'name' | 'about'>, prefix: string): DagFiles {
  const ids = Array.from({ length: workload.dags }, (_, index) => `${prefix}_${index}`);
  return Object.fromEntries(ids.map((dagId) => [dagId, dagFile(dagId, workload)]));
}

const sensors = (count: number): string => `import { dag, once } from '@scheduler';
export default dag({
  dagId: 'sensors',
  description: 'A workload of the bench',
  owner: 'bench',
  tags: [],
  schedule: once(),
  startDate: '2026-01-01T00:00:00Z',
  maxActiveTasks: 1000,
  defaultArgs: { pool: 'bench' },
  tasks: (t) => {
    for (let i = 0; i < ${count}; i++) t.sensor('s' + i, { poke: () => false, pokeInterval: '5s', timeout: '1h' });
  },
});
`;

const pooled = (count: number): string => `import { dag } from '@scheduler';
export default dag({
  dagId: 'work',
  description: 'A workload of the bench',
  owner: 'bench',
  tags: [],
  schedule: null,
  maxActiveTasks: 1000,
  defaultArgs: { pool: 'bench' },
  tasks: (t) => {
    for (let i = 0; i < ${count}; i++) t.task('w' + i, { run: () => new Promise((done) => setTimeout(done, 50)) });
  },
});
`;

/** 1,000 tasks that do nothing, in the three shapes of Airflow's own harness. */
export const shapes: readonly Workload[] = [
  { name: 'W3 100x10 linear', about: '100 DAGs of 10 tasks in a row', dags: 100, parents: linear(10) },
  { name: 'W3 10x100 linear', about: '10 DAGs of 100 tasks in a row', dags: 10, parents: linear(100) },
  { name: 'W3 100x10 tree', about: '100 binary trees of 10 tasks', dags: 100, parents: binaryTree(10) },
];

/** Tasks in a row that compute. */
export const chains = {
  light: { name: 'W1 in process', about: '40 fibo(10) in a row', dags: 1, parents: linear(40), fibo: 10 },
  lightApart: {
    name: 'W1 process a task',
    about: '40 fibo(10) in a row, each in a process',
    dags: 1,
    parents: linear(40),
    fibo: 10,
    executor: 'process',
  },
  heavy: { name: 'W2 in process', about: '10 fibo(33) in a row', dags: 1, parents: linear(10), fibo: 33 },
} as const satisfies Readonly<Record<string, Workload>>;

/** A hundred runs at once of a DAG of three steps. */
export const manyRuns: Workload = {
  name: 'W4 100 runs of 3 steps',
  about: '100 concurrent runs of 3 steps',
  dags: 1,
  parents: linear(3),
  runsEach: 100,
};

/** Tasks of 50 ms in a pool of 32 slots, alone and beside sensors that wait in the same pool. */
export const poolFiles = {
  alone: (): DagFiles => ({ work: pooled(50) }),
  besideSensors: (): DagFiles => ({ work: pooled(50), sensors: sensors(500) }),
} as const;

/** So many DAGs of five tasks. */
export const idleFiles = (count: number): DagFiles => dagFilesOf({ dags: count, parents: linear(5) }, 'idle');
