import { categoryList, checkpointDefaults, RANDOM } from '@gaze/contracts';
import type { Plugin } from 'vite';

const id = '\0lean-contracts';

/**
 * In the browser `@gaze/contracts` is its plain data alone: what `@gaze/domain` composes prompts with. The real
 * module makes every schema of the house when it loads, and zod tries `new Function` at that moment, which the
 * page's content security policy reports as a fault. Whoever imports more than this as a value fails the build.
 */
export function leanContracts(): Plugin {
  return {
    name: 'gaze:lean-contracts',
    enforce: 'pre',
    resolveId: (source) => (source === '@gaze/contracts' ? id : null),
    load: (source) => (source === id ? moduleText() : null),
  };
}

function moduleText(): string {
  const facts = categoryList.map(({ schema: _schema, ...rest }) => rest);
  return [
    `export const categoryList = ${JSON.stringify(facts)};`,
    `export const categories = Object.fromEntries(categoryList.map((facts) => [facts.name, facts]));`,
    `export const partCategories = categoryList.filter((facts) => facts.generation.kind === 'part');`,
    `export const RANDOM = ${JSON.stringify(RANDOM)};`,
    `export const checkpointDefaults = ${JSON.stringify(checkpointDefaults)};`,
  ].join('\n');
}
