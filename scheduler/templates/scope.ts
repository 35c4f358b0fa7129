import type { AnyDag, AnyTask } from '../authoring/definition.ts';
import type { TaskContext } from '../authoring/task.ts';
import type { DagRunType } from '../core/states.ts';

/** What is told of a run to its tasks. */
export interface RunFacts {
  readonly runType: DagRunType;
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  readonly runAfter: Date;
  readonly queuedAt: Date;
  readonly startDate: Date | null;
  readonly conf: Readonly<Record<string, unknown>>;
}

/** Everything that the templates of one attempt can be about. */
export interface TemplateScope {
  /** Of a DAG whose file has gone meanwhile only the id is known. */
  readonly dag: Pick<AnyDag, 'dagId'> &
    Partial<Pick<AnyDag, 'description' | 'owner' | 'tags' | 'templateSearchpath'>>;
  /** The file of the DAG. */
  readonly file: string;
  readonly run: RunFacts;
  readonly task: AnyTask;
  readonly context: TaskContext<never>;
  /** Nothing is recorded: `dags test`. */
  readonly isTest: boolean;
}
