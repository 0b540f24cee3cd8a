import type { Plugin, Rolldown } from 'vite';

/** A part that many pages share and that is not worth a request of its own, in bytes of source. */
const smallPart = 1600;
const sharedParts = /[\\/]@lucide[\\/]|[\\/]src[\\/]lib[\\/](?:api|drop|entity|frame|list|problems|ui)[\\/]/;
/** What every page loads at first: the router and the frame around the pages. */
const frameRoots = /[\\/]runtime[\\/]client[\\/]client\.js$|[\\/]src[\\/]routes[\\/]\+layout\.svelte$/;
/** SvelteKit gives these chunks of their own, so that the others keep their names when they change. */
const kitsOwn = /app-manifest\.js$|[\\/]client[\\/]payload\.js$/;

/**
 * Few files instead of many. Left alone, the bundler makes a file of every icon that two pages share, and a first
 * load is a queue of seventy requests. Whatever every page needs is one file, and the small parts that pages share
 * are one more; what a page loads when it is asked for it (dialogs, menus, editors) stays by itself.
 */
export function fewChunks(): Plugin {
  const roots: string[] = [];
  let frame: ReadonlySet<string> | null = null;
  return {
    name: 'gaze:few-chunks',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'client',
    config: () => ({
      environments: {
        client: {
          build: {
            rolldownOptions: {
              output: {
                codeSplitting: {
                  groups: [
                    {
                      name: (id, context) => {
                        frame ??= reachable(roots, context);
                        return frame.has(id) ? 'frame' : null;
                      },
                      priority: 2,
                    },
                    {
                      name: 'parts',
                      test: sharedParts,
                      minShareCount: 2,
                      maxModuleSize: smallPart,
                      priority: 1,
                    },
                  ],
                },
              },
            },
          },
        },
      },
    }),
    buildStart() {
      roots.length = 0;
      frame = null;
    },
    moduleParsed({ id }) {
      if (frameRoots.test(id)) roots.push(id);
    },
    buildEnd(error) {
      // Without its roots the frame would fall apart again, and nobody would see it but on a slow line.
      if (error === undefined && roots.length !== 2)
        throw new Error(
          `The frame of the app begins at ${roots.join(', ')}: a router and a layout were expected.`,
        );
    },
  };
}

/** Modules that are loaded with these; what is imported when it is asked for is not followed. */
function reachable(roots: readonly string[], context: Rolldown.ChunkingContext): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || kitsOwn.test(id)) continue;
    found.add(id);
    open.push(...(context.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
