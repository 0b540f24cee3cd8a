import { run } from './program.ts';

/** Takes away what a stack has left behind, however its tests ended: containers, volumes and networks of the project. */
export async function removeLeftovers(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`];
  const ids = async (...what: string[]): Promise<string[]> =>
    (await run('docker', [...what, '--quiet', ...filter], { env }))
      .split('\n')
      .filter((id) => id.trim() !== '');
  for (const [list, remove] of [
    [
      ['ps', '--all'],
      ['rm', '--force', '--volumes'],
    ],
    [
      ['volume', 'ls'],
      ['volume', 'rm', '--force'],
    ],
    [
      ['network', 'ls'],
      ['network', 'rm'],
    ],
  ] as const) {
    const found = await ids(...list);
    if (found.length > 0) await run('docker', [...remove, ...found], { env });
  }
}
