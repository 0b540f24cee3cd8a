import type { Folders } from '../files/folders.ts';
import type { ModelFiles } from '../models/model-files.ts';
import type { Settings } from '../options.ts';
import { impactNodes, subpackNodes } from './detailers.ts';
import { imageNodes } from './images.ts';
import { loaderNodes } from './loaders.ts';
import { samplingNodes } from './sampling.ts';
import type { NodeClass } from './types.ts';

export type NodeTable = ReadonlyMap<string, NodeClass>;

/** Every class that this host has installed. */
export function buildNodeTable(deps: { settings: Settings; files: ModelFiles; folders: Folders }): NodeTable {
  const { settings, files, folders } = deps;
  const { profile, impact } = settings;
  const classes = [
    ...loaderNodes(files, profile),
    ...samplingNodes(profile),
    ...imageNodes(folders, profile),
    ...(impact === null ? [] : impactNodes(files, profile, impact)),
    ...(settings.subpack ? subpackNodes(files) : []),
  ];
  return new Map(classes.map((node) => [node.name, node]));
}
