import type { Attachment } from 'svelte/attachments';
import {
  actualZoom,
  clampView,
  fitSize,
  fitView,
  mostZoom,
  panned,
  zoomedAt,
  type Size,
  type View,
} from './zoom.ts';

const keyStep = 1.4;
const swipePx = 60;

interface Gestures {
  /** A finger drew a picture that fits to one side: 1 is the next one. */
  onswipe?: (by: 1 | -1) => void;
  /** Nothing is zoomed while this is true. */
  isHeld?: () => boolean;
}

/** What a stage shows of its picture, moved by wheel, fingers and keys. Two stages may share one. */
export class ZoomView {
  view = $state.raw<View>(fitView);
  picture = $state.raw<Size>({ width: 1, height: 1 });
  stage = $state.raw<Size>({ width: 0, height: 0 });
  margin = $state(0);
  fit = $derived(fitSize(this.picture, this.stage, this.margin));
  isZoomed = $derived(this.view.zoom > 1.001);
  /** Of the picture's pixels to those of the screen. */
  percent = $derived(
    Math.round((this.view.zoom / Math.max(0.0001, this.picture.width / this.fit.width)) * 100),
  );

  reset(): void {
    this.view = fitView;
  }

  /** Keeps the picture on the stage after one of them has changed. */
  settle(): void {
    this.view = clampView(this.view, this.fit, this.stage);
  }

  to(zoom: number, at = { x: 0, y: 0 }): void {
    const goal = Math.min(mostZoom(this.picture, this.fit), Math.max(1, zoom));
    this.view = zoomedAt(this.view, goal, at, this.fit, this.stage);
  }

  in(): void {
    this.to(this.view.zoom * keyStep);
  }

  out(): void {
    this.to(this.view.zoom / keyStep);
  }

  /** Pixel for pixel where it fits now, else back to all of it. */
  toggle(at = { x: 0, y: 0 }): void {
    const actual = actualZoom(this.picture, this.fit);
    this.to(this.isZoomed ? 1 : Math.max(2, actual), at);
  }

  pan(x: number, y: number): void {
    this.view = panned(this.view, { x, y }, this.fit, this.stage);
  }

  /** Hears wheel, drag, pinch and double click on a stage. */
  gestures({ onswipe, isHeld = () => false }: Gestures = {}): Attachment<HTMLElement> {
    return (node) => {
      const fingers = new Map<number, { x: number; y: number }>();
      let began: { x: number; y: number } | null = null;

      const from = (x: number, y: number) => {
        const box = node.getBoundingClientRect();
        return { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 };
      };
      const wheel = (event: WheelEvent) => {
        event.preventDefault();
        if (isHeld()) return;
        const speed = event.ctrlKey ? 0.01 : 0.0016;
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
        this.to(this.view.zoom * Math.exp(-event.deltaY * lines * speed), from(event.clientX, event.clientY));
      };
      const down = (event: PointerEvent) => {
        if (event.button !== 0 || isHeld()) return;
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        began = fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
        if (this.isZoomed || event.pointerType !== 'mouse') node.setPointerCapture(event.pointerId);
      };
      const move = (event: PointerEvent) => {
        const before = fingers.get(event.pointerId);
        if (!before) return;
        const now = { x: event.clientX, y: event.clientY };
        const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
        fingers.set(event.pointerId, now);
        if (other) {
          const spread = (point: { x: number; y: number }) =>
            Math.hypot(point.x - other.x, point.y - other.y);
          const middle = from((now.x + other.x) / 2, (now.y + other.y) / 2);
          this.to((this.view.zoom * spread(now)) / Math.max(1, spread(before)), middle);
          this.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
        } else if (this.isZoomed) this.pan(now.x - before.x, now.y - before.y);
      };
      const up = (event: PointerEvent) => {
        const last = fingers.get(event.pointerId);
        fingers.delete(event.pointerId);
        if (!last || !began || this.isZoomed || event.pointerType === 'mouse') return;
        const x = last.x - began.x;
        if (Math.abs(x) > swipePx && Math.abs(x) > Math.abs(last.y - began.y) * 1.5)
          onswipe?.(x < 0 ? 1 : -1);
        began = null;
      };
      const double = (event: MouseEvent) => {
        if (!isHeld()) this.toggle(from(event.clientX, event.clientY));
      };

      const aborter = new AbortController();
      const { signal } = aborter;
      node.addEventListener('wheel', wheel, { passive: false, signal });
      node.addEventListener('pointerdown', down, { signal });
      node.addEventListener('pointermove', move, { signal });
      node.addEventListener('pointerup', up, { signal });
      node.addEventListener('pointercancel', up, { signal });
      node.addEventListener('dblclick', double, { signal });
      return () => aborter.abort();
    };
  }
}
