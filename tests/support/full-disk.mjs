// Loaded before a service (NODE_OPTIONS=--import): while the file FULL_DISK_WHILE exists, whatever is written below
// FULL_DISK_BELOW goes to /dev/full, where the kernel itself says that there is no space left. So a full disk can be
// had by a user who may not mount one.
import { existsSync, promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

const below = process.env.FULL_DISK_BELOW;
const flag = process.env.FULL_DISK_WHILE;
if (below !== undefined && flag !== undefined) {
  const { open } = promises;
  promises.open = (path, flags, ...rest) => {
    const writes = typeof flags === 'string' && /[wa+]/.test(flags);
    const isFull = writes && String(path).startsWith(below + sep) && existsSync(flag);
    return isFull ? open('/dev/full', 'w') : open(path, flags, ...rest);
  };
  syncBuiltinESMExports();
}
