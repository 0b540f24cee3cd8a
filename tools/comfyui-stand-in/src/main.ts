import { optionsFromEnv } from './env.ts';
import { startComfyStandIn } from './stand-in.ts';
import type { StandIn } from './stand-in.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whyNot(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken, perhaps by a real ComfyUI. Set STANDIN_PORT to a free one, or stop what uses it.`;
  }
  return error instanceof Error ? error.message : String(error);
}

function stopWhenAsked(standIn: StandIn): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void standIn.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // A parent that is gone would leave this process behind.
  process.once('disconnect', stop);
}

async function main(): Promise<void> {
  let port = 0;
  try {
    const options = optionsFromEnv(process.env);
    port = options.port;
    const standIn = await startComfyStandIn(options);
    stopWhenAsked(standIn);
    say(
      `${standIn.name} answers on ${standIn.url} and draws placeholder pictures into ${standIn.outputDir}.`,
    );
    process.send?.({ type: 'ready', url: standIn.url, port: standIn.port });
  } catch (error) {
    process.stderr.write(`${whyNot(error, port)}\n`);
    process.exitCode = 1;
    process.disconnect?.();
  }
}

await main();
