import {
  HostBody,
  HostCheck,
  HostDetail,
  HostPatchBody,
  HostTestBody,
  HostView,
  HostsReply,
  IdParams,
  catalogRpc,
  generatorRpc,
  hostsRpc,
} from '@gaze/contracts';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Hosts'];
const changes = { scope: 'admin', conflicts: true } as const;

/** ComfyUI hosts. What talks to them is a generator; this only passes the question on. */
export function hostRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/hosts',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listHosts',
        summary: 'The ComfyUI hosts and how they are',
        tags,
        response: { 200: HostsReply },
      },
    },
    () => call(catalogRpc.hostsList, {}),
  );

  app.post(
    '/api/v1/hosts',
    {
      config: changes,
      schema: {
        operationId: 'addHost',
        summary: 'Add a ComfyUI host',
        description: 'It gets work as soon as a generator has asked it what it has.',
        tags,
        body: HostBody,
        response: { 201: HostView },
      },
    },
    async ({ body }, reply) => {
      const added = await call(hostsRpc.add, body);
      void reply.code(201);
      return added;
    },
  );

  testRoutes(app, call);

  app.get(
    '/api/v1/hosts/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getHost',
        summary: 'One host with its files, its speed and what it lacks',
        tags,
        params: IdParams,
        response: { 200: HostDetail },
      },
    },
    ({ params }) => call(hostsRpc.get, { host_id: params.id }),
  );

  app.patch(
    '/api/v1/hosts/:id',
    {
      config: changes,
      schema: {
        operationId: 'changeHost',
        summary: 'Rename a host, or turn it off and on',
        description:
          'One that is turned off finishes what it has begun and gets nothing new. Hosts of the environment keep their name.',
        tags,
        params: IdParams,
        body: HostPatchBody,
        response: { 200: HostView },
      },
    },
    ({ params, body }) => call(hostsRpc.change, { host_id: params.id, ...body }),
  );

  app.delete(
    '/api/v1/hosts/:id',
    {
      config: changes,
      schema: {
        operationId: 'removeHost',
        summary: 'Remove a host that was added here',
        description: 'Refused while it works on a picture, and for hosts that the environment names.',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It is gone; its pictures stay.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(hostsRpc.remove, { host_id: params.id });
      void reply.code(204);
    },
  );
}

function testRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/hosts/test',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'testAddress',
        summary: 'Look at an address before it becomes a host',
        description: 'What goes wrong there is an answer too: `outcome` says what kind, `says` what to do.',
        tags,
        body: HostTestBody,
        response: { 200: HostCheck },
      },
    },
    ({ body }) => call(generatorRpc.checkHost, { url: body.url }),
  );

  app.post(
    '/api/v1/hosts/:id/test',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'testHost',
        summary: 'Look at a host now',
        tags,
        params: IdParams,
        response: { 200: HostCheck },
      },
    },
    async ({ params }) => {
      const { url } = await call(hostsRpc.get, { host_id: params.id });
      return call(generatorRpc.checkHost, { url });
    },
  );
}
