/** Hue in degrees, saturation and lightness in percent. */
export type Colour = readonly [hue: number, saturation: number, lightness: number];

type Rgb = readonly [number, number, number];

function toRgb([hue, saturation, lightness]: Colour): Rgb {
  const s = clamp(saturation) / 100;
  const l = clamp(lightness) / 100;
  const a = s * Math.min(l, 1 - l);
  const channel = (offset: number): number => {
    const k = (offset + (((hue % 360) + 360) % 360) / 30) % 12;
    return l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

function fromRgb([red, green, blue]: Rgb): Colour {
  const high = Math.max(red, green, blue);
  const span = high - Math.min(red, green, blue);
  const lightness = high - span / 2;
  if (span === 0) return [0, 0, lightness * 100];
  const turn =
    high === red
      ? (green - blue) / span
      : high === green
        ? 2 + (blue - red) / span
        : 4 + (red - green) / span;
  return [turn * 60, (span / (1 - Math.abs(2 * lightness - 1))) * 100, lightness * 100];
}

/** `#rrggbb` */
export function hex(colour: Colour): string {
  const pair = (part: number): string =>
    Math.round(part * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${toRgb(colour).map(pair).join('')}`;
}

/** Mixed as light, so that orange and blue meet in grey and not in green. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const [a, b] = [toRgb(from), toRgb(to)];
  const part = (index: 0 | 1 | 2): number => a[index] + (b[index] - a[index]) * share;
  return fromRgb([part(0), part(1), part(2)]);
}

export const lighter = ([hue, saturation, lightness]: Colour, by: number): Colour => [
  hue,
  saturation,
  lightness + by,
];

export const shifted = ([hue, saturation, lightness]: Colour, degrees: number): Colour => [
  hue + degrees,
  saturation,
  lightness,
];

const clamp = (value: number): number => Math.min(100, Math.max(0, value));

/** Colour words of prompts. */
export const colourWords: Readonly<Record<string, Colour>> = {
  black: [235, 18, 16],
  white: [220, 18, 93],
  silver: [220, 14, 80],
  grey: [220, 8, 58],
  gray: [220, 8, 58],
  blonde: [44, 72, 70],
  yellow: [48, 84, 64],
  gold: [42, 78, 60],
  orange: [24, 82, 58],
  brown: [22, 42, 31],
  red: [354, 68, 47],
  crimson: [348, 70, 40],
  pink: [338, 74, 77],
  purple: [276, 46, 54],
  violet: [268, 48, 56],
  lavender: [262, 48, 78],
  blue: [218, 64, 54],
  navy: [226, 52, 28],
  aqua: [186, 58, 60],
  teal: [178, 48, 40],
  green: [146, 42, 44],
  olive: [74, 34, 38],
  beige: [36, 40, 78],
};
