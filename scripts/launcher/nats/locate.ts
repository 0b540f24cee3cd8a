import { cacheFolders } from '../paths.ts';
import { runProgram } from '../run-program.ts';
import { findNatsServer } from './find-server.ts';
import type { NatsProgram } from './find-server.ts';
import { natsSources } from './sources.ts';

/** The nats-server of this machine, fetched where there is none. @throws SpokenError */
export async function locateNatsServer(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<NatsProgram & { source: string }> {
  return findNatsServer(natsSources({ env, caches: cacheFolders(env), say }), async (path) => {
    const answer = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
    return answer.text;
  });
}
