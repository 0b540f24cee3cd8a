import fastify from 'fastify';
import pg from 'pg';

/*
 * The least that accepts a job durably over REST: Fastify as it comes and one insert. The bench of P5 runs it beside the
 * house, as a process of its own, and reads its port from the first line.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
// The house ends its PostgreSQL under open connections where the bench breaks off.
pool.on('error', () => undefined);
await pool.query(
  'CREATE TABLE IF NOT EXISTS bench_accept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL)',
);

const app = fastify();
app.post('/jobs', async (request, reply) => {
  const { rows } = await pool.query<{ id: string }>(
    'INSERT INTO bench_accept (body) VALUES ($1) RETURNING id',
    [JSON.stringify(request.body)],
  );
  return reply.code(202).send({ id: rows[0]?.id });
});
process.stdout.write(`${new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port}\n`);
