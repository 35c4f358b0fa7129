const noCopy = 'fakesnow neither takes a stage in quotes nor COPY of JSON, and so has no landed rows';
const noWait = 'fakesnow has no SYSTEM$WAIT to take long, and ends no statement early';

/** Tests of the warehouse suite that fakesnow cannot pass, and why; the suite sees to it that each of them fails. */
export const cannotConform: Readonly<Record<string, string>> = {
  '12345678901234567890123 as number(38, 0) is stored and read as it was written (4)':
    'NUMBER(38, 0) has 64 bits in fakesnow',
  'people may read, and nothing else':
    'sqlglot takes WITH before DELETE; the syntax that Snowflake documents has none',
  'declared keys are enforced only where the capabilities say so': 'DuckDB enforces a PRIMARY KEY',
  'a statement that is cancelled ends at once, and the next one runs': noWait,
  'a statement that takes too long is ended, and may be tried again': noWait,
  'a landed file is appended value by value': noCopy,
  'a file that is loaded again adds nothing': noCopy,
  'a file whose load was undone is loaded whole the next time': noCopy,
  'of two that load one batch at once, through two doors, its rows are there once': noCopy,
  'a file that holds other than its manifest says leaves nothing behind': noCopy,
  'tables of several batches are loaded side by side': noCopy,
  'of two tables, neither waits until the other is copied': noCopy,
  'publishes the star, what changed of it and all of it anew; a mart whose check fails then stays': noCopy,
  'of two who publish at once, through two doors, both are right and no version is lost': noCopy,
  'a publisher that was overtaken publishes nothing, and one that gets no reply to its COMMIT does once':
    noCopy,
  'an engine that dies three times in staging and three in building, ever further on, ends right': noCopy,
};
