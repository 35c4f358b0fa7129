import { refused } from './refused.ts';

/** The least that is billed for a resume. */
const minimumSeconds = 60;

/** Sizes as SHOW WAREHOUSES names them, with the credits of an hour. */
const creditsPerHour: Readonly<Record<string, number>> = {
  'X-Small': 1,
  Small: 2,
  Medium: 4,
  Large: 8,
  'X-Large': 16,
  '2X-Large': 32,
  '3X-Large': 64,
  '4X-Large': 128,
};

const otherSpellings: Readonly<Record<string, string>> = {
  XSMALL: 'X-Small',
  XLARGE: 'X-Large',
  XXLARGE: '2X-Large',
  X2LARGE: '2X-Large',
  XXXLARGE: '3X-Large',
  X3LARGE: '3X-Large',
  X4LARGE: '4X-Large',
};

/** A size's name as SHOW WAREHOUSES has it. */
export function warehouseSize(text: string): string {
  const known = Object.keys(creditsPerHour).find((name) => name.toUpperCase() === text.toUpperCase());
  const size = known ?? otherSpellings[text.toUpperCase()];
  if (size === undefined) throw refused('invalidParameterValue', `[${text}] for parameter 'WAREHOUSE_SIZE'`);
  return size;
}

/** What a warehouse is set to; what else is given is kept as it was written. */
export interface WarehouseSettings {
  size: string;
  /** Seconds without a statement; 0 is never. */
  autoSuspend: number;
  autoResume: boolean;
  resourceMonitor: string | null;
  comment: string;
  readonly others: Map<string, string>;
}

/** How long it ran and how often it was started, as far as a clock says that a test may move. */
export interface Meter {
  readonly resumes: number;
  /** With the minimum for each resume, and what runs now up to now. */
  readonly billedSeconds: number;
  readonly credits: number;
}

/** A virtual warehouse. */
export class VirtualWarehouse {
  readonly name: string;
  owner = '';
  readonly settings: WarehouseSettings;
  readonly createdMs: number;
  private readonly now: () => number;
  private resumes = 0;
  private billed = 0;
  private startedMs: number | undefined;
  private usedMs = 0;

  constructor(name: string, settings: WarehouseSettings, now: () => number) {
    this.name = name;
    this.settings = settings;
    this.now = now;
    this.createdMs = now();
  }

  get isRunning(): boolean {
    this.rest();
    return this.startedMs !== undefined;
  }

  get resumedMs(): number | undefined {
    return this.startedMs;
  }

  get meter(): Meter {
    this.rest();
    const running = this.startedMs === undefined ? 0 : billedFor(this.startedMs, this.now());
    const billedSeconds = this.billed + running;
    const credits = (billedSeconds / 3600) * (creditsPerHour[this.settings.size] ?? 0);
    return { resumes: this.resumes, billedSeconds, credits };
  }

  start(): void {
    this.startedMs = this.now();
    this.usedMs = this.startedMs;
    this.resumes += 1;
  }

  stop(atMs = this.now()): void {
    if (this.startedMs === undefined) return;
    this.billed += billedFor(this.startedMs, atMs);
    this.startedMs = undefined;
  }

  use(): void {
    this.usedMs = this.now();
  }

  /** It went to rest by itself while nobody looked. */
  private rest(): void {
    const { autoSuspend } = this.settings;
    const end = this.usedMs + autoSuspend * 1000;
    if (this.startedMs !== undefined && autoSuspend > 0 && this.now() >= end) this.stop(end);
  }
}

function billedFor(fromMs: number, toMs: number): number {
  return Math.max(minimumSeconds, Math.ceil((toMs - fromMs) / 1000));
}

/** All virtual warehouses, and the monitors that may keep them from running. */
export class Warehouses {
  readonly all = new Map<string, VirtualWarehouse>();
  /** Credits by resource monitor; what has used them up runs no longer. */
  readonly quotas = new Map<string, number>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  create(name: string, settings: WarehouseSettings, isSuspended: boolean): VirtualWarehouse {
    const warehouse = new VirtualWarehouse(name, settings, this.now);
    this.all.set(name, warehouse);
    if (!isSuspended) this.start(warehouse);
    return warehouse;
  }

  must(name: string): VirtualWarehouse {
    const warehouse = this.all.get(name);
    if (warehouse === undefined) throw refused('missingObject', `Warehouse '${name}'`);
    return warehouse;
  }

  /** Before a statement that computes: without a warehouse at work, and one that does not wake by itself, it is refused. */
  mustRun(name: string | null): void {
    const warehouse = name === null ? undefined : this.all.get(name);
    if (warehouse === undefined) throw refused('noWarehouse');
    if (!warehouse.isRunning) {
      if (!warehouse.settings.autoResume)
        throw refused(
          'suspended',
          `'${warehouse.name}' is suspended. Use 'alter warehouse ${warehouse.name} resume;' command if you need to use it again`,
        );
      this.start(warehouse);
    }
    this.mustHaveCredits(warehouse);
    warehouse.use();
  }

  /** ALTER WAREHOUSE .. RESUME [IF SUSPENDED]. */
  resume(name: string, onlyIfSuspended: boolean): void {
    const warehouse = this.must(name);
    if (warehouse.isRunning) {
      if (onlyIfSuspended) return;
      throw refused('warehouseState', `'${name}' cannot be resumed`);
    }
    this.start(warehouse);
  }

  suspend(name: string): void {
    const warehouse = this.must(name);
    if (!warehouse.isRunning) throw refused('warehouseState', `'${name}' cannot be suspended`);
    warehouse.stop();
  }

  private start(warehouse: VirtualWarehouse): void {
    this.mustHaveCredits(warehouse);
    warehouse.start();
  }

  private mustHaveCredits(warehouse: VirtualWarehouse): void {
    const monitor = warehouse.settings.resourceMonitor;
    const quota = monitor === null ? undefined : this.quotas.get(monitor);
    if (monitor === null || quota === undefined) return;
    const used = [...this.all.values()]
      .filter(({ settings }) => settings.resourceMonitor === monitor)
      .reduce((sum, { meter }) => sum + meter.credits, 0);
    if (used < quota) return;
    warehouse.stop();
    throw refused('quota', `${warehouse.name}, ${monitor}`);
  }
}
