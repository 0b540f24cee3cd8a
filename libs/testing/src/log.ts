import { buildLog } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';

/** A log for services under test: silent, or as loud as GAZE_TEST_LOG says (`debug`, `info` …). */
export function testLog(service = 'test'): Log {
  return buildLog({ service, level: process.env.GAZE_TEST_LOG ?? 'silent' });
}
