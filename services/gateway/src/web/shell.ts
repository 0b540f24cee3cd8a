import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { contentPolicy } from '../http/security-headers.ts';

export interface Shell {
  /** The content policy of the app's page, with the hashes of its own inline scripts; null while there is no build. */
  policy: () => Promise<string | null>;
}

export const shellFile = 'index.html';

/** The page that every address of the app begins with. Read again when a new build replaces it. */
export function buildShell(webDir: string): Shell {
  const file = path.join(webDir, shellFile);
  let read: { version: number; policy: string } | null = null;
  return {
    async policy() {
      const version = await stat(file).then(
        (info) => info.mtimeMs,
        () => null,
      );
      if (version === null) return null;
      if (read?.version !== version)
        read = { version, policy: contentPolicy(inlineScripts(await readFile(file, 'utf8'))) };
      return read.policy;
    },
  };
}

/** Hashes of the scripts that stand in the page itself, as a content policy names them. */
export function inlineScripts(html: string): string[] {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)];
  return scripts.map(([, text = '']) => `sha256-${createHash('sha256').update(text).digest('base64')}`);
}
