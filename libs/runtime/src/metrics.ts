import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One registry per process, served at `/metrics`. */
export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

export const rpcSeconds = new Histogram({
  name: 'gaze_rpc_seconds',
  help: 'Time from the arrival of a question on the bus to its answer',
  labelNames: ['subject', 'outcome'],
  buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  registers: [metrics],
});

export const rpcCallSeconds = new Histogram({
  name: 'gaze_rpc_call_seconds',
  help: 'Time from asking a question on the bus to having its answer, or to giving up',
  labelNames: ['subject', 'outcome'],
  buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
  registers: [metrics],
});

export { Counter, Gauge, Histogram };
