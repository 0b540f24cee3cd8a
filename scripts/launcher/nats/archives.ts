/** The release of nats-server that is downloaded where a machine has none. */
export const natsRelease = '2.14.5';

interface Archive {
  url: string;
  sha256: string;
}

/**
 * SHA-256 of the official archives of that release. Linux and Windows: as in the project's own container images
 * (nats-io/nats-docker, 2.14.x); macOS: as in the release's SHA256SUMS, kept by cashapp/hermit-packages, whose Linux
 * sums are the same as the images'.
 */
const sums: Readonly<Record<string, { file: string; sha256: string }>> = {
  'linux-x64': {
    file: 'linux-amd64.tar.gz',
    sha256: '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  },
  'linux-arm64': {
    file: 'linux-arm64.tar.gz',
    sha256: '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
  },
  'darwin-x64': {
    file: 'darwin-amd64.tar.gz',
    sha256: 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
  },
  'darwin-arm64': {
    file: 'darwin-arm64.tar.gz',
    sha256: 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
  },
  'win32-x64': {
    file: 'windows-amd64.zip',
    sha256: 'f66f840a211ab665083b88e9b7edbcf6296cda143be47e53e6f6bb8520692bbb',
  },
};

/** The archive for a platform; null where the table has none, and then nothing is downloaded. */
export function natsArchive(platform: string, arch: string): Archive | null {
  const entry = sums[`${platform}-${arch}`];
  if (entry === undefined) return null;
  const base = `https://github.com/nats-io/nats-server/releases/download/v${natsRelease}`;
  return { url: `${base}/nats-server-v${natsRelease}-${entry.file}`, sha256: entry.sha256 };
}
