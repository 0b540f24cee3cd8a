/** Where the caret of a text area stands on the screen. */
export interface CaretPlace {
  left: number;
  top: number;
  bottom: number;
}

/**
 * Puts a text in place of a stretch as if it were typed, so that Ctrl-Z takes it back. `insertText` is the one way
 * that keeps the browser's own history.
 */
export function typeOver(area: HTMLTextAreaElement, from: number, to: number, text: string): void {
  area.focus();
  area.setSelectionRange(from, to);
  const isDone = document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  if (isDone || (text === '' && from === to)) return;
  area.setRangeText(text, from, to, 'end');
  area.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const copied = [
  'font',
  'letterSpacing',
  'padding',
  'borderWidth',
  'boxSizing',
  'whiteSpace',
  'overflowWrap',
  'wordBreak',
  'tabSize',
] as const;

/** Measured in a copy of the area: browsers do not tell where a caret is. */
export function caretPlace(area: HTMLTextAreaElement, at: number): CaretPlace {
  const style = getComputedStyle(area);
  const copy = document.createElement('div');
  for (const name of copied) copy.style[name] = style[name];
  copy.style.cssText += `;position:fixed;visibility:hidden;left:0;top:0;border-style:solid;width:${area.offsetWidth}px`;
  copy.textContent = area.value.slice(0, at);
  const mark = document.createElement('span');
  mark.textContent = area.value.slice(at, at + 1) || '.';
  copy.append(mark);
  document.body.append(copy);
  const [box, line] = [area.getBoundingClientRect(), mark.getBoundingClientRect()];
  copy.remove();
  const top = box.top + line.top - area.scrollTop;
  return { left: box.left + line.left - area.scrollLeft, top, bottom: top + line.height };
}
