import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { categoryFacts } from './build-plugins/category-facts.ts';
import { categoryShapes } from './build-plugins/category-shapes.ts';
import { fewChunks } from './build-plugins/chunks.ts';
import { leanContracts } from './build-plugins/lean-contracts.ts';

/** The theme must be on the page before the first paint, so its script is inline and named here by its hash. */
function inlineScriptHashes(): `sha256-${string}`[] {
  const html = readFileSync(new URL('src/app.html', import.meta.url), 'utf8');
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
  return scripts.map(
    ([, text]) =>
      `sha256-${createHash('sha256')
        .update(text ?? '')
        .digest('base64')}` as const,
  );
}

export default defineConfig({
  plugins: [
    categoryFacts(),
    categoryShapes(),
    leanContracts(),
    fewChunks(),
    tailwindcss(),
    sveltekit({
      // one shell for every address: the gateway answers unknown paths with it, the router does the rest
      adapter: adapter({ fallback: 'index.html', precompress: true }),
      paths: { relative: false },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self', ...inlineScriptHashes()],
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:', 'blob:'],
          'font-src': ['self', 'data:'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['none'],
          'form-action': ['self'],
        },
      },
    }),
  ],
  build: { target: 'es2023', assetsInlineLimit: 0 },
});
