import { categoryList } from '@gaze/contracts';
import type { Plugin } from 'vite';

const id = 'virtual:category-facts';
const resolvedId = `\0${id}`;

/**
 * Gives the app the category declarations as plain data, and the icon that each of them names. The declarations
 * hold zod schemas, and a schema is made where its module is loaded, so importing them would put all of zod and
 * every contract into the first load. The build reads them once and leaves the schemas out; a tenth declaration
 * still needs no change here.
 */
export function categoryFacts(): Plugin {
  return {
    name: 'gaze:category-facts',
    resolveId: (source) => (source === id ? resolvedId : null),
    load: (source) => (source === resolvedId ? moduleText() : null),
  };
}

function moduleText(): string {
  const facts = categoryList.map(({ schema: _schema, ...rest }) => rest);
  const icons = facts.map((fact, i) => `import icon${i} from '@lucide/svelte/icons/${fact.icon}';`);
  const byName = facts.map((fact, i) => `${JSON.stringify(fact.name)}: icon${i}`);
  return [
    ...icons,
    `export const categoryList = ${JSON.stringify(facts)};`,
    `export const categoryIcons = { ${byName.join(', ')} };`,
  ].join('\n');
}
