import { sideLimits } from '@gaze/domain';

export interface Size {
  width: number;
  height: number;
}

export interface SizePreset extends Size {
  label: string;
  name: string;
}

/** The sizes that models of this family were trained on. */
export const sizePresets: readonly SizePreset[] = [
  { label: '2:3', name: 'Portrait', width: 832, height: 1216 },
  { label: '1:1', name: 'Square', width: 1024, height: 1024 },
  { label: '3:2', name: 'Landscape', width: 1216, height: 832 },
];

export function presetOf(size: Size): SizePreset | undefined {
  return sizePresets.find(({ width, height }) => width === size.width && height === size.height);
}

/** A side as it is typed: its pixels, or a sentence about what is wrong with it. */
export function readSide(text: string): { pixels: number } | { problem: string } {
  const { least, most, multipleOf } = sideLimits;
  const pixels = Number(text.trim());
  if (text.trim() !== '' && Number.isInteger(pixels) && pixels >= least && pixels <= most) {
    if (pixels % multipleOf === 0) return { pixels };
    const near = Math.round(pixels / multipleOf) * multipleOf;
    return { problem: `A side is a multiple of ${multipleOf}: ${near} is the nearest.` };
  }
  return { problem: `A side is a whole number from ${least} to ${most}.` };
}
