import { PauseBody, QueueParams, QueueView, QueuesReply, catalogRpc } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Queues'];

export function queueRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/queues',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listQueues',
        summary: 'Both queues and how much is in them',
        tags,
        response: { 200: QueuesReply },
      },
    },
    () => call(catalogRpc.queuesGet, {}),
  );

  app.put(
    '/api/v1/queues/:kind',
    {
      config: { scope: 'generate' },
      schema: {
        operationId: 'pauseQueue',
        summary: 'Pause or resume a queue',
        description: 'What runs is finished; nothing new starts while it is paused.',
        tags,
        params: QueueParams,
        body: PauseBody,
        response: { 200: QueueView },
      },
    },
    ({ params, body }) => call(catalogRpc.queuesPause, { ...params, ...body }),
  );
}
