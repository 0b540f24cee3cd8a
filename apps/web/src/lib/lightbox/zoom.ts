/** How far a picture is zoomed in, and where it was pulled to. */
export interface View {
  /** 1 is as large as it fits. */
  zoom: number;
  /** How far its middle lies from the middle of the stage, as a share of its size at zoom 1. */
  u: number;
  v: number;
}

export interface Size {
  width: number;
  height: number;
}

export const fitView: View = { zoom: 1, u: 0, v: 0 };

/** The size at which a picture fits into a stage, never larger than its own pixels. */
export function fitSize(picture: Size, stage: Size, margin = 0): Size {
  const scale = Math.min(
    1,
    Math.max(0.01, (stage.width - margin) / picture.width),
    Math.max(0.01, (stage.height - margin) / picture.height),
  );
  return { width: picture.width * scale, height: picture.height * scale };
}

/** The zoom at which a pixel of the picture is one of the screen. */
export const actualZoom = (picture: Size, fit: Size): number => Math.max(1, picture.width / fit.width);

/** Eight times its pixels, and at least four times what fits. */
export const mostZoom = (picture: Size, fit: Size): number => Math.max(4, 8 * actualZoom(picture, fit));

/** Zooms so that the point under the pointer, counted from the middle of the stage, stays where it is. */
export function zoomedAt(view: View, to: number, at: { x: number; y: number }, fit: Size, stage: Size): View {
  const factor = to / view.zoom;
  const x = at.x - (at.x - view.u * fit.width) * factor;
  const y = at.y - (at.y - view.v * fit.height) * factor;
  return clampView({ zoom: to, u: x / fit.width, v: y / fit.height }, fit, stage);
}

/** Pulls by pixels of the screen. */
export function panned(view: View, by: { x: number; y: number }, fit: Size, stage: Size): View {
  return clampView({ ...view, u: view.u + by.x / fit.width, v: view.v + by.y / fit.height }, fit, stage);
}

/** A picture that is larger than the stage covers it; a smaller one stays in its middle. */
export function clampView(view: View, fit: Size, stage: Size): View {
  const room = (size: number, box: number): number => Math.max(0, (size * view.zoom - box) / 2) / size;
  // + 0 makes a −0 a plain one
  const within = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value)) + 0;
  return {
    zoom: view.zoom,
    u: within(view.u, room(fit.width, stage.width)),
    v: within(view.v, room(fit.height, stage.height)),
  };
}
