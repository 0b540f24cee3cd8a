import { strengthsRpc } from '@gaze/contracts';
import { bestWeightPatch, loraOf } from '@gaze/domain';
import { GazeError, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { WriteDeps } from '../editing/deps.ts';
import { editEntity } from '../editing/edit.ts';
import type { Images } from '../images/images.ts';
import { entityDetail } from '../library/detail.ts';
import { listSweeps } from './list.ts';

export interface StrengthsDeps {
  db: Db;
  images: Images;
  writing: WriteDeps;
  log: Log;
}

/** Sweeps that were made, and the weight that came out best. They are started where jobs are. */
export function buildStrengths(deps: StrengthsDeps) {
  const { db, images, writing, log } = deps;

  return {
    serve: (nc: NatsConnection): { stop: () => Promise<void> }[] => [
      serveRpc(
        nc,
        strengthsRpc.list,
        async ({ category, slug }) => {
          await entityDetail(db, category, slug);
          return { sweeps: await listSweeps(db, images, { category, slug }) };
        },
        { log },
      ),
      serveRpc(
        nc,
        strengthsRpc.best,
        async ({ category, slug, best, by, if_match }) => {
          const before = await entityDetail(db, category, slug);
          if (loraOf(before.data) === null)
            throw new GazeError('invalid_input', `${before.name} has no LoRA that could have a weight.`, {
              field: 'slug',
            });
          const { merged } = await editEntity(writing, {
            ...{ category, slug, by },
            if_match: if_match ?? before.revision,
            change: { type: 'patch', patch: bestWeightPatch(before.data, best) },
          });
          return { entity: await entityDetail(db, category, slug), merged };
        },
        { log },
      ),
    ],
  };
}
