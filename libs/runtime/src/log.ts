import { pino } from 'pino';
import type { Logger, LoggerOptions } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** Keys whose values never reach a log, at the depths where they occur. */
const secretKeys = [
  'password',
  'pass',
  'token',
  'secret',
  'api_key',
  'apiKey',
  'authorization',
  'cookie',
  'secretKey',
  'accessKey',
  'x-api-key',
  'set-cookie',
];
const redact = secretKeys.flatMap((key) => {
  const quoted = key.includes('-') ? `["${key}"]` : key;
  const nested = (prefix: string): string =>
    key.includes('-') ? `${prefix}${quoted}` : `${prefix}.${quoted}`;
  return [quoted, nested('*'), nested('req.headers'), nested('*.headers')];
});

/** The log of one service: JSON lines, or readable ones on a terminal. Query strings of addresses are left out. */
export function buildLog(options: {
  service: string;
  instance?: string;
  level?: string;
  /** For a process whose stdout belongs to somebody else. */
  toStderr?: boolean;
}): Log {
  if (options.toStderr === true) return pino(settingsOf(options), pino.destination({ dest: 2, sync: true }));
  const stream = process.stdout.isTTY
    ? pretty({
        colorize: true,
        ignore: 'pid,hostname,service,instance',
        sync: true,
        messageFormat: `${options.service}: {msg}`,
      })
    : undefined;
  return stream === undefined ? pino(settingsOf(options)) : pino(settingsOf(options), stream);
}

function settingsOf(options: { service: string; instance?: string; level?: string }): LoggerOptions {
  return {
    level: options.level ?? 'info',
    base: {
      service: options.service,
      ...(options.instance === undefined ? {} : { instance: options.instance }),
    },
    redact: { paths: redact, censor: '[secret]' },
    serializers: {
      err: pino.stdSerializers.err,
      url: (url: unknown) => (typeof url === 'string' ? url.split('?')[0] : url),
    },
  };
}
