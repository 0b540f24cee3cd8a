import type { JsonObject } from '../json.ts';
import type { Settings } from '../options.ts';

/** What the server says it can do, on `/features` and on the socket. */
export function serverFeatures({ profile, maxUploadBytes }: Settings): JsonObject {
  const both = { supports_preview_metadata: true, max_upload_size: maxUploadBytes };
  if (profile === 'OLD') return both;
  return {
    ...both,
    supports_model_type_tags: true,
    extension: { manager: { supports_v4: true } },
    node_replacements: true,
    assets: false,
  };
}
