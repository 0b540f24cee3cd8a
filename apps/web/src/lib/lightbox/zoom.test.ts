import { describe, expect, it } from 'vitest';
import { actualZoom, clampView, fitSize, fitView, mostZoom, panned, zoomedAt } from './zoom.ts';

const picture = { width: 2000, height: 1000 };
const stage = { width: 1000, height: 800 };
const fit = fitSize(picture, stage);

describe('fitSize', () => {
  it('fits the longer side and keeps the ratio', () => {
    expect(fit).toEqual({ width: 1000, height: 500 });
    expect(fitSize({ width: 1000, height: 2000 }, stage)).toEqual({ width: 400, height: 800 });
  });

  it('does not blow a small picture up', () => {
    expect(fitSize({ width: 64, height: 32 }, stage)).toEqual({ width: 64, height: 32 });
  });
});

describe('zoomedAt', () => {
  it('keeps the point under the pointer', () => {
    const at = { x: 200, y: -50 };
    const view = zoomedAt(fitView, 4, at, fit, stage);
    // the point was 200 right of the middle at zoom 1, so it is 800 right of the picture's middle at 4
    expect(view.u * fit.width + 200 * 4).toBeCloseTo(200);
    expect(view.v * fit.height - 50 * 4).toBeCloseTo(-50);
  });

  it('comes back to the middle at zoom 1', () => {
    const near = zoomedAt(fitView, 4, { x: 300, y: 100 }, fit, stage);
    expect(zoomedAt(near, 1, { x: 0, y: 0 }, fit, stage)).toEqual({ zoom: 1, u: 0, v: 0 });
  });
});

describe('panned', () => {
  it('stops at the edges', () => {
    const near = { zoom: 2, u: 0, v: 0 };
    // 2000 × 1000 on 1000 × 800: 500 and 100 pixels of room
    expect(panned(near, { x: 9999, y: -9999 }, fit, stage)).toEqual({ zoom: 2, u: 0.5, v: -0.2 });
  });

  it('cannot pull a picture that fits', () => {
    expect(panned(fitView, { x: 50, y: 50 }, fit, stage)).toEqual(fitView);
  });
});

describe('limits', () => {
  it('knows pixel for pixel, and goes eight times as far', () => {
    expect(actualZoom(picture, fit)).toBe(2);
    expect(mostZoom(picture, fit)).toBe(16);
    expect(mostZoom({ width: 10, height: 10 }, { width: 10, height: 10 })).toBe(8);
  });

  it('takes a view back in when the stage grows', () => {
    expect(clampView({ zoom: 2, u: 0.5, v: 0.2 }, fit, { width: 2000, height: 1000 })).toEqual({
      ...{ zoom: 2, u: 0, v: 0 },
    });
  });
});
