import { createServer } from 'vite';

/** Addresses that the gateway answers; everything else is the app's. The one-time link is traded there too. */
const gatewayPaths = ['/api', '^/\\?token='];

const [port, gateway] = process.argv.slice(2);
const server = await createServer({
  root: process.cwd(),
  server: {
    host: '127.0.0.1',
    port: Number(port),
    strictPort: true,
    proxy: Object.fromEntries(
      gatewayPaths.map((path) => [path, { target: gateway ?? '', changeOrigin: true, ws: path === '/api' }]),
    ),
  },
});
await server.listen();
const stop = (): void => void server.close().finally(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('disconnect', stop);
