import { hex, mix, shifted } from './colour.ts';
import type { Colour } from './colour.ts';
import type { Hour, Theme } from './theme.ts';

export interface Canvas {
  width: number;
  height: number;
}

interface Light {
  top: Colour;
  middle: Colour;
  low: Colour;
  /** Sun or moon. */
  orb: Colour;
}

const lights: Readonly<Record<Hour, Light>> = {
  dawn: { top: [228, 46, 66], middle: [318, 48, 80], low: [32, 88, 84], orb: [38, 100, 90] },
  day: { top: [210, 68, 56], middle: [200, 70, 74], low: [188, 54, 88], orb: [48, 100, 92] },
  golden: { top: [262, 34, 48], middle: [10, 66, 64], low: [40, 92, 70], orb: [44, 100, 82] },
  dusk: { top: [244, 46, 24], middle: [288, 40, 44], low: [346, 68, 66], orb: [24, 96, 76] },
  night: { top: [232, 58, 10], middle: [226, 52, 22], low: [212, 46, 38], orb: [52, 40, 92] },
  mist: { top: [212, 18, 56], middle: [206, 20, 70], low: [198, 22, 84], orb: [48, 40, 94] },
};

/** The light of the hour, drawn towards the picture's accent so that no two skies are alike. */
export function lightOf(theme: Theme): Light {
  const base = lights[theme.hour];
  const drift = ((theme.accent[0] % 60) - 30) * 0.6;
  return {
    top: mix(shifted(base.top, drift), theme.accent, 0.06),
    middle: mix(shifted(base.middle, drift * 0.6), theme.accent, 0.05),
    low: shifted(base.low, drift * 0.3),
    orb: base.orb,
  };
}

export interface Orb {
  x: number;
  y: number;
  radius: number;
}

export function orbOf(theme: Theme, { width, height }: Canvas): Orb {
  const { random } = theme;
  const low = theme.hour === 'golden' || theme.hour === 'dusk' || theme.hour === 'dawn';
  return {
    x: width * random.between(0.16, 0.84),
    y: height * (low ? random.between(0.3, 0.46) : random.between(0.12, 0.26)),
    radius: Math.min(width, height) * random.between(0.055, 0.1),
  };
}

/** Gradient, glow, sun or moon, stars and clouds. */
export function sky(theme: Theme, canvas: Canvas, orb: Orb): string {
  const { width, height } = canvas;
  const light = lightOf(theme);
  const halo = orb.radius * (theme.hour === 'mist' ? 5 : 7);
  return `<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${hex(light.top)}"/><stop offset=".45" stop-color="${hex(light.middle)}"/><stop offset=".78" stop-color="${hex(light.low)}"/></linearGradient>
<radialGradient id="halo"><stop offset="0" stop-color="${hex(light.orb)}" stop-opacity=".85"/><stop offset=".25" stop-color="${hex(light.orb)}" stop-opacity=".32"/><stop offset="1" stop-color="${hex(light.orb)}" stop-opacity="0"/></radialGradient>
<radialGradient id="cloud"><stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset=".6" stop-color="#fff" stop-opacity=".18"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="url(#sky)"/>
${theme.hour === 'night' || theme.hour === 'dusk' ? stars(theme, canvas) : ''}
<circle cx="${orb.x}" cy="${orb.y}" r="${halo}" fill="url(#halo)"/>
<circle cx="${orb.x}" cy="${orb.y}" r="${orb.radius}" fill="${hex(light.orb)}" fill-opacity="${theme.hour === 'mist' ? 0.55 : 0.95}"/>
${clouds(theme, canvas)}`;
}

function stars({ random, hour }: Theme, { width, height }: Canvas): string {
  const count = hour === 'night' ? 110 : 40;
  return Array.from({ length: count }, () => {
    const size = random.next() ** 3 * width * 0.0026 + width * 0.0008;
    const x = random.between(0, width).toFixed(1);
    const y = (random.next() ** 1.4 * height * 0.62).toFixed(1);
    return `<circle cx="${x}" cy="${y}" r="${size.toFixed(2)}" fill="#fff" fill-opacity="${random.between(0.35, 0.95).toFixed(2)}"/>`;
  }).join('');
}

function clouds({ random, hour }: Theme, { width, height }: Canvas): string {
  const strength = hour === 'night' ? 0.22 : hour === 'mist' ? 0.9 : 0.7;
  const banks = Array.from({ length: 5 }, () => {
    const x = random.between(-0.1, 1.1) * width;
    const y = random.between(0.06, 0.42) * height;
    const size = random.between(0.1, 0.24) * width;
    return Array.from({ length: 5 }, (_, puff) => {
      const cx = (x + (puff - 2) * size * 0.5).toFixed(1);
      const cy = (y + random.between(-0.1, 0.1) * size).toFixed(1);
      const rx = (size * random.between(0.55, 0.95)).toFixed(1);
      const ry = (size * random.between(0.13, 0.26)).toFixed(1);
      return `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="url(#cloud)"/>`;
    }).join('');
  });
  return `<g opacity="${strength}">${banks.join('')}</g>`;
}
