/** A page that somebody was on lately. */
export interface Recent {
  href: string;
  label: string;
  /** The library that it is in. */
  note: string;
}

const keptKey = 'gaze.recent';
const most = 6;

/** The entries that were opened last in this browser: the palette offers them before anything is typed. */
class Recents {
  list = $state.raw<readonly Recent[]>(read());

  note(recent: Recent): void {
    const [first] = this.list;
    if (first?.href === recent.href && first.label === recent.label) return;
    this.list = [recent, ...this.list.filter(({ href }) => href !== recent.href)].slice(0, most);
    localStorage.setItem(keptKey, JSON.stringify(this.list));
  }
}

function read(): readonly Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keptKey) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return [];
  }
}

function isRecent(value: unknown): value is Recent {
  const { href, label, note } = (value ?? {}) as Partial<Record<keyof Recent, unknown>>;
  return (
    typeof href === 'string' && href.startsWith('/') && typeof label === 'string' && typeof note === 'string'
  );
}

export const recents = new Recents();
