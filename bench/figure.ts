import os from 'node:os';
import process from 'node:process';

/** One measured figure; `bar` is what it must reach, `peer` what it is compared with in the same run. */
export interface Figure {
  readonly area: string;
  readonly figure: string;
  /** null: not measured; `setup` says why. */
  readonly value: number | null;
  readonly unit: string;
  readonly bar: string | null;
  /** Whether the bar is reached; null where there is no bar or no value. */
  readonly holds: boolean | null;
  readonly peer: { readonly name: string; readonly value: number; readonly ratio: number } | null;
  readonly setup: string;
}

/** What a run of the benchmarks may be told; an area takes what concerns it. */
export interface BenchOptions {
  /** Where an area keeps large files between runs. */
  readonly data: string;
  /** Sizes to measure at, for areas that have several. */
  readonly lines: readonly number[] | undefined;
  /** How long a load lasts, for areas that have one. */
  readonly seconds: number | undefined;
  /** Also say which statements were slow. */
  readonly profile: boolean;
}

/** A part of the platform that can be measured. */
export interface Area {
  readonly name: string;
  readonly about: string;
  /** Absent: nothing measures it yet. */
  readonly measure?: (say: (text: string) => void, options: BenchOptions) => Promise<readonly Figure[]>;
}

/** A figure that must not exceed its bar. */
export function atMost(figure: Omit<Figure, 'bar' | 'holds' | 'peer'>, bar: number): Figure {
  const holds = figure.value === null ? null : figure.value <= bar;
  return { ...figure, bar: `<= ${bar}`, holds, peer: null };
}

/** A figure whose bar is promised for another size: what it must not exceed there is shown and not judged. */
export function unjudged(figure: Omit<Figure, 'bar' | 'holds' | 'peer'>, bar: number, where: string): Figure {
  return { ...figure, bar: `<= ${bar} ${where}`, holds: null, peer: null };
}

/** The machine in one line, so that a figure is never quoted without it. */
export function machine(): string {
  const [cpu] = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  return `${os.availableParallelism()} x ${cpu?.model ?? os.arch()}, ${memory}, ${os.type()}, Node ${process.versions.node}`;
}

/** A figure that must reach its bar. */
export function atLeast(figure: Omit<Figure, 'bar' | 'holds' | 'peer'>, bar: number): Figure {
  const holds = figure.value === null ? null : figure.value >= bar;
  return { ...figure, bar: `>= ${bar}`, holds, peer: null };
}
