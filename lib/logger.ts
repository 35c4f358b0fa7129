import winston from 'winston';

/** Fields that tie a line to what it is about; every part logs with the ones it knows. */
export interface LogFields {
  readonly dag?: string;
  readonly run?: string;
  readonly task?: string;
  readonly batch?: string;
  readonly publication?: number;
  readonly [field: string]: unknown;
}

export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
  readonly child: (fields: LogFields) => Logger;
}

export interface LoggerOptions {
  /** JSON lines go here; the console belongs to the progress display. */
  readonly file: string;
  readonly level?: string;
}

/** Structured JSON log lines to one rotating file. */
export function createLogger(options: LoggerOptions): Logger {
  const file = new winston.transports.File({
    filename: options.file,
    maxsize: 10_000_000,
    maxFiles: 5,
    tailable: true,
  });
  const format = winston.format.combine(winston.format.timestamp(), winston.format.json());
  return wrap(winston.createLogger({ level: options.level ?? 'info', format, transports: [file] }));
}

/** For tests and for parts that run before the data folder exists. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

function wrap(logger: winston.Logger): Logger {
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
    child: (fields) => wrap(logger.child(fields)),
  };
}
