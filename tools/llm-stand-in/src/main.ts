import { parseArgs } from 'node:util';
import { optionsFromEnv } from './env.ts';
import { startLlmStandIn } from './stand-in.ts';

function whyNot(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Set LLM_STANDIN_PORT to a free one, or stop what uses it.`;
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  let port = 0;
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' } } });
    const options = optionsFromEnv({ ...process.env, ...(values.port && { LLM_STANDIN_PORT: values.port }) });
    port = options.port;
    const standIn = await startLlmStandIn(options);
    const stop = (): void => void standIn.stop().then(() => process.exit(0));
    // A parent that is gone would leave this process behind.
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, stop);
    process.stdout.write(`The stand-in for a language model answers on ${standIn.baseUrl}.\n`);
    process.send?.({ type: 'ready', url: standIn.url, baseUrl: standIn.baseUrl, port: standIn.port });
  } catch (error) {
    process.stderr.write(`${whyNot(error, port)}\n`);
    process.exitCode = 1;
    process.disconnect?.();
  }
}

await main();
