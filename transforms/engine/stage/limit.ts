import type { EngineContext } from '../context.ts';
import { stageErrors } from './errors.ts';

/** A poison row is one in very many; where more are bad the model is. */
const defaults = { quarantine_share: 0.001, quarantine_rows: 100 };

/** How many rows of a step may be set aside: the var `quarantine_share` of all, and `quarantine_rows` in any case. */
export function shareLimit({ project }: EngineContext, rows: number): number {
  const [share, least] = [asked(project.vars, 'quarantine_share'), asked(project.vars, 'quarantine_rows')];
  return Math.max(least, Math.floor(rows * share));
}

function asked(vars: Readonly<Record<string, unknown>>, name: keyof typeof defaults): number {
  const value = Number(vars[name] ?? defaults[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw stageErrors.error('TRANSFORM_QUARANTINE_LIMIT', {
    message: `the var ${name} is ${JSON.stringify(vars[name])}`,
  });
}
