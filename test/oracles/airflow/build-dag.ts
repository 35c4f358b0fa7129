import { allOf, anyOf, asset, assets, cron, dag } from '../../../scheduler/index.ts';
import type {
  DagDefinition,
  GroupValues,
  MappedTaskHandle,
  Schedule,
  TaskArgs,
  TaskBuilder,
  TaskGroupHandle,
  TaskHandle,
} from '../../../scheduler/index.ts';
import { actInGroup, actMapped, actOf, pokeOf } from './behaviour.ts';
import type { Mapped } from './behaviour.ts';
import type { Behaviour, Scenario, ScenarioTask } from './scenario.ts';

type Handle = TaskHandle | MappedTaskHandle;
type Builder = TaskBuilder<unknown>;

/** Builds the DAG of a scenario for our engine: the counterpart of build.py. */
export function buildDag(scenario: Scenario): DagDefinition<unknown> {
  const { start_date: startDate, end_date: endDate, ...settings } = scenario.dag;
  return dag<unknown>({
    dagId: scenario.id,
    description: scenario.about,
    owner: 'conformance',
    tags: [],
    schedule: scheduleOf(scenario.dag),
    ...(startDate === undefined ? {} : { startDate: new Date(startDate) }),
    ...(endDate === undefined ? {} : { endDate: new Date(endDate) }),
    catchup: settings.catchup,
    maxActiveRuns: settings.max_active_runs,
    maxActiveTasks: settings.max_active_tasks,
    ...(settings.dagrun_timeout === undefined ? {} : { dagrunTimeout: `${settings.dagrun_timeout}s` }),
    failFast: settings.fail_fast,
    tasks: (t) => declare(scenario, t),
  });
}

function scheduleOf({ schedule, assets: on }: Scenario['dag']): Schedule {
  if (schedule !== undefined) return cron(schedule, 'UTC');
  if (on === undefined) return null;
  return assets('all' in on ? allOf(...on.all.map(asset)) : anyOf(...on.any.map(asset)));
}

function declare({ tasks, groups }: Scenario, t: Builder): void {
  const nodes = new Map<string, Handle>();
  const groupHandles = new Map<string, TaskGroupHandle>();
  const makeIn =
    (builder: Builder, values?: GroupValues<Mapped>) =>
    (name: string): Handle => {
      const known = nodes.get(name);
      if (known !== undefined) return known;
      const task = tasks[name];
      if (task === undefined) throw new Error(`no task ${name}`);
      // A branch is given what it chooses from, which waits for it.
      const choices = Object.keys(tasks).filter((id) => tasks[id]?.after.includes(name));
      const made = make(builder, { name, task, choices, values }, makeIn(builder, values));
      nodes.set(name, made);
      return made;
    };
  for (const [group, { over }] of Object.entries(groups)) {
    const members = Object.keys(tasks).filter((name) => tasks[name]?.group === group);
    const declareIn = (inner: Builder, values?: GroupValues<Mapped>): void =>
      void members.map(makeIn(inner, values));
    const handle =
      over === undefined
        ? t.taskGroup(group, (inner) => declareIn(inner))
        : // Which of the two arguments there are is known when the scenario is read.
          t.partialGroup<Mapped, void>(group, declareIn).expand(listsOf(over, makeIn(t)) as Lists);
    groupHandles.set(group, handle);
  }
  for (const name of Object.keys(tasks)) makeIn(t)(name);
  const nodeOf = (name: string): Handle | TaskGroupHandle => {
    const found = groupHandles.get(name) ?? nodes.get(name);
    if (found === undefined) throw new Error(`no task or group ${name}`);
    return found;
  };
  for (const [name, { after }] of Object.entries(tasks)) {
    for (const each of after) nodes.get(name)?.after(nodeOf(each));
  }
  for (const [name, { after }] of Object.entries(groups)) {
    for (const each of after) groupHandles.get(name)?.after(nodeOf(each));
  }
}

function make(
  t: Builder,
  {
    name,
    task,
    choices,
    values,
  }: {
    name: string;
    task: ScenarioTask;
    choices: readonly string[];
    values: GroupValues<Mapped> | undefined;
  },
  made: (name: string) => Handle,
): Handle {
  const { over } = task;
  const does = pullingById(task.does, made);
  const args = argsOf(task);
  if (over !== undefined) {
    return t.partial(name, { ...args, run: actMapped(does) }).expand(listsOf(over, made));
  }
  if (task.over_kwargs !== undefined) {
    const { over_kwargs: list } = task;
    const kwargs =
      typeof list === 'string'
        ? (made(list) as TaskHandle<readonly Partial<Mapped>[]>)
        : (list as readonly Partial<Mapped>[]);
    return t.partial(name, { ...args, run: actMapped(does) }).expandKwargs(kwargs);
  }
  if (does === 'empty') return t.empty(name, args);
  if (does === 'latest_only') return t.latestOnly(name, args);
  if (typeof does === 'object' && 'choose' in does) {
    const handles = Object.fromEntries(choices.map((id) => [id, made(id) as TaskHandle]));
    return t.branch(name, { ...args, choices: handles, choose: () => does.choose });
  }
  if (typeof does === 'object' && 'condition' in does) {
    const { condition, ignore_downstream_trigger_rules: ignoreDownstreamTriggerRules } = does;
    return t.shortCircuit(name, { ...args, condition: () => condition, ignoreDownstreamTriggerRules });
  }
  if (typeof does === 'object' && 'sense' in does) {
    const { timeout, soft_fail: softFail } = does;
    return t.sensor(name, {
      ...args,
      poke: pokeOf(does),
      pokeInterval: '1s',
      timeout: `${timeout}s`,
      softFail,
    });
  }
  return t.task(name, { ...args, run: values === undefined ? actOf(does) : actInGroup(does, values) });
}

/** In a group the id of what is pulled is another than its name. */
function pullingById(does: Behaviour, made: (name: string) => Handle): Behaviour {
  return typeof does === 'object' && 'pull' in does ? { pull: made(does.pull).taskId } : does;
}

type Lists = Readonly<Record<keyof Mapped, TaskHandle<readonly unknown[]>>>;

/** What `expand` is given: the lists, and the tasks that return them. */
function listsOf(
  over: NonNullable<ScenarioTask['over']>,
  made: (name: string) => Handle,
): Readonly<Record<string, TaskHandle<readonly unknown[]> | readonly unknown[]>> {
  return Object.fromEntries(
    Object.entries(over).map(([argument, from]) => [
      argument,
      typeof from === 'string' ? (made(from) as TaskHandle<readonly unknown[]>) : from,
    ]),
  );
}

function argsOf(task: ScenarioTask): TaskArgs {
  return {
    ...(task.teardown ? {} : { triggerRule: task.rule }),
    retries: task.retries,
    retryDelay: '0s',
    ...(task.execution_timeout === undefined ? {} : { executionTimeout: `${task.execution_timeout}s` }),
    dependsOnPast: task.depends_on_past,
    waitForDownstream: task.wait_for_downstream,
    ...(task.pool === undefined ? {} : { pool: task.pool }),
    poolSlots: task.pool_slots,
    priorityWeight: task.priority_weight,
    ...(task.max_active_tis_per_dag === undefined ? {} : { maxActiveTisPerDag: task.max_active_tis_per_dag }),
    isSetup: task.setup,
    outlets: task.outlets.map(asset),
    isTeardown: task.teardown,
    onFailureFailDagrun: task.on_failure_fail_dagrun,
  };
}
