import type { Attachment } from 'svelte/attachments';

const pressMs = 450;
/** A finger that moves further scrolls. */
const stillPx = 10;

/**
 * Calls with what a finger rests on inside the element; the click that follows is swallowed. A mouse has other ways.
 */
export function longPress(run: (target: HTMLElement) => void): Attachment<HTMLElement> {
  return (node) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isPressed = false;
    let at = { x: 0, y: 0 };

    function begin(event: PointerEvent): void {
      isPressed = false;
      const { pointerType, clientX: x, clientY: y, target } = event;
      if (pointerType === 'mouse' || !(target instanceof HTMLElement)) return;
      at = { x, y };
      timer = setTimeout(() => {
        isPressed = true;
        run(target);
      }, pressMs);
    }
    function move({ clientX: x, clientY: y }: PointerEvent): void {
      if (Math.hypot(x - at.x, y - at.y) > stillPx) end();
    }
    const end = (): void => clearTimeout(timer);
    function swallow(event: MouseEvent): void {
      if (!isPressed) return;
      isPressed = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    /** The browser's own menu of a link would lie over the choice. */
    function noMenu(event: MouseEvent): void {
      if (event instanceof PointerEvent && event.pointerType === 'touch') event.preventDefault();
    }

    const aborter = new AbortController();
    const options = { signal: aborter.signal };
    node.addEventListener('pointerdown', begin, options);
    node.addEventListener('pointermove', move, options);
    node.addEventListener('pointerup', end, options);
    node.addEventListener('pointercancel', end, options);
    node.addEventListener('click', swallow, { ...options, capture: true });
    node.addEventListener('contextmenu', noMenu, options);
    return () => {
      end();
      aborter.abort();
    };
  };
}
