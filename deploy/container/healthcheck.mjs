// Healthy means ready: the process lives and has what it needs to work. Says why not, for `docker inspect`.
const url = process.env.HEALTH_URL ?? `http://127.0.0.1:${process.env.HEALTH_PORT}/readyz`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok) process.stdout.write((await answer.text()).slice(0, 500));
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(String(error.cause ?? error));
  process.exitCode = 1;
}
