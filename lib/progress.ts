/**
 * What long work says while it runs. Parts emit these; the command line decides how they look.
 * `step` names the work ("snapshot shop.orders"), `done`/`total` are in `unit`. What is `said` is a line as it stands.
 */
export interface ProgressEvent {
  readonly step: string;
  readonly state: 'started' | 'running' | 'finished' | 'failed' | 'said';
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
  readonly note?: string;
}

export type OnProgress = (event: ProgressEvent) => void;

export const ignoreProgress: OnProgress = () => {};
