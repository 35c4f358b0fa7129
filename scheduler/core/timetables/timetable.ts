/** The time that a run covers, from start up to but without end; a single instant where both are the same. */
export interface DataInterval {
  readonly start: Date;
  readonly end: Date;
}

/** A run that time asks for. */
export interface DagRunInfo {
  readonly dataInterval: DataInterval;
  /** Names the run among the DAG's: the start of its interval. */
  readonly logicalDate: Date;
  /** The run may be created from then on. */
  readonly runAfter: Date;
}

/** What bounds the runs of a DAG, and the time at which it is asked. */
export interface TimeRestriction {
  /** The DAG's startDate. */
  readonly earliest: Date | undefined;
  /** The DAG's endDate, inclusive. */
  readonly latest: Date | undefined;
  /** A run for all that was missed, oldest first; else what was missed collapses into the latest. */
  readonly catchup: boolean;
  readonly now: Date;
}

/** When runs happen and what they cover. Pure: the same question always gets the same answer. */
export interface Timetable {
  /** The run after the last scheduled one; undefined when there will be none. It is due once runAfter is past. */
  readonly nextDagRunInfo: (
    last: DataInterval | null,
    restriction: TimeRestriction,
  ) => DagRunInfo | undefined;
  /** What a run covers that somebody starts by hand. */
  readonly manualDataInterval: (runAfter: Date) => DataInterval;
}

/** A run that covers an interval and is due at its end. */
export function runOfInterval(startMs: number, endMs: number): DagRunInfo {
  const [start, end] = [new Date(startMs), new Date(endMs)];
  return { dataInterval: { start, end }, logicalDate: start, runAfter: end };
}

/** An interval that is one instant. */
export function exactly(at: Date): DataInterval {
  return { start: at, end: at };
}
