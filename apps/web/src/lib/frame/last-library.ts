const key = 'gaze.library';

/** The library that was open last: where the bottom bar leads back to. */
export function lastLibrary(): string {
  return sessionStorage.getItem(key) ?? '/characters';
}

export function rememberLibrary(path: string): void {
  sessionStorage.setItem(key, path);
}
