import type { Picture } from '../nodes/types.ts';
import type { Colour } from './colour.ts';
import { hex, lighter } from './colour.ts';
import { figure } from './figure.ts';
import { scenery } from './scenery.ts';
import { lightOf, orbOf, sky } from './sky.ts';
import type { Canvas } from './sky.ts';
import { readTheme } from './theme.ts';
import type { Theme } from './theme.ts';

/** The whole picture as SVG, at any size; `label` is what stands at its foot. */
export function compose(picture: Picture, canvas: Canvas, label: string | null): string {
  const theme = readTheme(picture);
  const orb = orbOf(theme, canvas);
  const behind = theme.place === 'studio' ? '' : sky(theme, canvas, orb);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}" viewBox="0 0 ${canvas.width} ${canvas.height}">
${behind}${scenery(theme, canvas, orb)}${people(theme, canvas, picture, orb.x)}${sparks(theme, canvas)}${vignette(canvas)}${label === null ? '' : strip(canvas, label)}
</svg>`;
}

function people(theme: Theme, { width, height }: Canvas, picture: Picture, lightX: number): string {
  const isPair = theme.figures.length > 1;
  const unit = Math.min(width, height * 0.72) * (isPair ? 0.125 : 0.15);
  const rim: Colour = theme.place === 'studio' ? lighter(theme.accent, 34) : lightOf(theme).orb;
  return theme.figures
    .map((who, index) => {
      const x = isPair ? width * (index === 0 ? 0.33 : 0.68) : width * theme.random.between(0.43, 0.57);
      return figure(who, {
        x,
        y: height * (0.42 - (who.isMale ? 0.02 : 0) + index * 0.015),
        unit,
        lightFromLeft: lightX < x,
        rim,
        index,
        hasFace: picture.refined.includes('face') || picture.refined.includes('segs'),
        hasBrooch: picture.refined.includes('hands'),
      });
    })
    .join('');
}

/** Lights out of focus: fireflies, petals, snow, as the hour has it. */
function sparks({ random, hour, accent }: Theme, { width, height }: Canvas): string {
  const colour = hour === 'mist' ? '#ffffff' : hex([accent[0] + 20, 85, 82]);
  const defs = `<defs><radialGradient id="spark"><stop offset="0" stop-color="${colour}" stop-opacity=".8"/><stop offset=".5" stop-color="${colour}" stop-opacity=".3"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient></defs>`;
  const lights = Array.from({ length: 22 }, () => {
    const x = random.between(0, width).toFixed(1);
    const y = random.between(height * 0.3, height).toFixed(1);
    const radius = (width * (0.004 + random.next() ** 3 * 0.03)).toFixed(1);
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="url(#spark)" fill-opacity="${random.between(0.3, 0.9).toFixed(2)}"/>`;
  });
  return defs + lights.join('');
}

function vignette({ width, height }: Canvas): string {
  return `<defs><radialGradient id="vignette" cx=".5" cy=".45" r=".78"><stop offset=".55" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#060410" stop-opacity=".42"/></radialGradient></defs><rect width="${width}" height="${height}" fill="url(#vignette)"/>`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML takes it; control characters and lone surrogates don't exist in XML. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
}

function strip({ width, height }: Canvas, label: string): string {
  const size = Math.max(9, Math.min(width, height) * 0.0185);
  const tall = size * 2.1;
  const fitting = Math.floor(width / (size * 0.56)) - 2;
  const text = label.length > fitting ? `${label.slice(0, Math.max(0, fitting - 1))}…` : label;
  return `<rect y="${height - tall}" width="${width}" height="${tall}" fill="#0b0a14" fill-opacity=".5"/><text x="${size}" y="${height - tall / 2 + size * 0.35}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="${size}" fill="#fff" fill-opacity=".82">${xmlText(text)}</text>`;
}
