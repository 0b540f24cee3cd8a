import { hex, lighter, mix } from './colour.ts';
import type { Colour } from './colour.ts';
import { lightOf } from './sky.ts';
import type { Canvas, Orb } from './sky.ts';
import type { Theme } from './theme.ts';

/** What stands between the sky and the figure. */
export function scenery(theme: Theme, canvas: Canvas, orb: Orb): string {
  if (theme.place === 'studio') return studio(theme, canvas);
  if (theme.place === 'room') return room(theme, canvas);
  if (theme.place === 'sea') return sea(theme, canvas, orb);
  if (theme.place === 'city') return city(theme, canvas);
  return theme.place === 'forest' ? forest(theme, canvas) : hills(theme, canvas);
}

/** Colours from the horizon to the foreground: haze far away, depth nearby. */
function depth(theme: Theme, ground: Colour, share: number): Colour {
  const { low } = lightOf(theme);
  const dark = theme.hour === 'night' || theme.hour === 'dusk';
  const near: Colour = [ground[0], ground[1], dark ? 10 : 24];
  return mix(mix(low, ground, 0.35), near, share);
}

/** A soft ridge as a closed path down to the foot of the picture. */
function ridge(theme: Theme, { width, height }: Canvas, top: number, swing: number, waves: number): string {
  const { random } = theme;
  const phases = [random.between(0, 6.28), random.between(0, 6.28), random.between(0, 6.28)];
  const points = Array.from({ length: 25 }, (_, index) => {
    const t = index / 24;
    const wave =
      Math.sin(t * waves * 3.1 + (phases[0] ?? 0)) * 0.6 +
      Math.sin(t * waves * 7.3 + (phases[1] ?? 0)) * 0.28 +
      Math.sin(t * waves * 15.7 + (phases[2] ?? 0)) * 0.12;
    return [t * width, top - wave * swing] as const;
  });
  const curve = points.slice(1).map(([x, y], index) => {
    const [px, py] = points[index] ?? [x, y];
    return `Q${px.toFixed(1)} ${py.toFixed(1)} ${((px + x) / 2).toFixed(1)} ${((py + y) / 2).toFixed(1)}`;
  });
  const [, lastY] = points.at(-1) ?? [0, top];
  return `M0 ${height}L0 ${(points[0]?.[1] ?? top).toFixed(1)}${curve.join('')}L${width} ${lastY.toFixed(1)}L${width} ${height}Z`;
}

function hills(theme: Theme, canvas: Canvas): string {
  const ground = mix([130, 34, 38], theme.accent, 0.4);
  return Array.from({ length: 5 }, (_, layer) => {
    const share = layer / 4;
    const top = canvas.height * (0.5 + share * 0.33);
    const path = ridge(theme, canvas, top, canvas.height * (0.085 - share * 0.045), 1 + share * 1.5);
    return `<path d="${path}" fill="${hex(depth(theme, ground, share * 0.92))}"/>`;
  }).join('');
}

function sea(theme: Theme, canvas: Canvas, orb: Orb): string {
  const { random } = theme;
  const { width, height } = canvas;
  const horizon = height * 0.56;
  const light = lightOf(theme);
  const water = mix([206, 74, 44], theme.accent, 0.1);
  const island = ridge(theme, { width, height: horizon }, horizon - height * 0.012, height * 0.03, 1.2);
  const glints = Array.from({ length: 60 }, () => {
    const t = random.next() ** 1.6;
    const y = horizon + 4 + t * (height - horizon);
    const spread = width * (0.03 + t * 0.34);
    const x = orb.x + random.between(-1, 1) * spread;
    const length = width * (0.012 + t * 0.07) * random.between(0.5, 1.3);
    return `<rect x="${(x - length / 2).toFixed(1)}" y="${y.toFixed(1)}" width="${length.toFixed(1)}" height="${(1 + t * 4).toFixed(1)}" rx="2" fill="${hex(light.orb)}" fill-opacity="${(0.5 - t * 0.3).toFixed(2)}"/>`;
  }).join('');
  return `<defs><linearGradient id="water" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${hex(mix(light.low, water, 0.55))}"/><stop offset="1" stop-color="${hex(depth(theme, water, 0.75))}"/></linearGradient></defs>
<path d="${island}" fill="${hex(depth(theme, water, 0.25))}"/><rect y="${horizon}" width="${width}" height="${height - horizon}" fill="url(#water)"/>${glints}
<path d="${ridge(theme, canvas, height * 0.92, height * 0.02, 0.7)}" fill="${hex(depth(theme, [34, 44, 60], 0.55))}"/>`;
}

function city(theme: Theme, canvas: Canvas): string {
  const { random } = theme;
  const { width, height } = canvas;
  const wall = mix([232, 26, 34], theme.accent, 0.25);
  const lit = theme.hour === 'night' || theme.hour === 'dusk' || theme.hour === 'golden' ? 0.42 : 0.12;
  return Array.from({ length: 3 }, (_, layer) => {
    const share = layer / 2;
    const colour = hex(depth(theme, wall, 0.22 + share * 0.72));
    let parts = '';
    for (let x = -width * 0.02; x < width;) {
      const wide = width * random.between(0.06, 0.13) * (1 + share * 0.5);
      const top = height * (random.between(0.36, 0.54) + share * 0.13);
      parts += `<rect x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${(wide + 1).toFixed(1)}" height="${(height - top).toFixed(1)}" fill="${colour}"/>`;
      if (layer > 0) parts += windows(theme, { x, top, wide, bottom: height * 0.9, lit });
      x += wide * random.between(0.92, 1.15);
    }
    return parts;
  }).join('');
}

function windows(
  { random, accent }: Theme,
  house: { x: number; top: number; wide: number; bottom: number; lit: number },
): string {
  const columns = 4;
  const cell = house.wide / (columns + 1);
  let parts = '';
  for (let y = house.top + cell * 0.8; y < house.bottom; y += cell * 1.5) {
    for (let column = 0; column < columns; column += 1) {
      if (random.next() > house.lit) continue;
      const x = house.x + cell * (column + 0.7);
      const colour: Colour = random.next() > 0.85 ? lighter(accent, 14) : [42, 92, 72];
      parts += `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(cell * 0.55).toFixed(1)}" height="${(cell * 0.8).toFixed(1)}" fill="${hex(colour)}" fill-opacity=".8"/>`;
    }
  }
  return parts;
}

function forest(theme: Theme, canvas: Canvas): string {
  const { random } = theme;
  const { width, height } = canvas;
  const leaf = mix([142, 38, 34], theme.accent, 0.25);
  const rows = Array.from({ length: 4 }, (_, layer) => {
    const share = layer / 3;
    const colour = hex(depth(theme, leaf, 0.12 + share * 0.82));
    const foot = height * (0.66 + share * 0.24);
    const trees = Array.from({ length: 11 - layer * 2 }, (_tree, index) => {
      const x = ((index + random.between(0.1, 0.9)) / (11 - layer * 2)) * width;
      const tall = height * random.between(0.16, 0.26) * (1 + share * 0.5);
      return pine(x, foot, tall, tall * random.between(0.34, 0.46));
    }).join('');
    const ground = ridge(theme, canvas, foot - height * 0.01, height * 0.015, 1.4);
    return `<path d="${trees}${ground}" fill="${colour}"/>`;
  });
  return rows.join('');
}

function pine(x: number, foot: number, tall: number, wide: number): string {
  const at = (dx: number, up: number): string =>
    `${(x + dx * wide).toFixed(1)} ${(foot - up * tall).toFixed(1)}`;
  return `M${at(0, 1)}Q${at(0.12, 0.74)} ${at(0.3, 0.62)}L${at(0.14, 0.64)}Q${at(0.24, 0.42)} ${at(0.44, 0.32)}L${at(0.2, 0.34)}Q${at(0.34, 0.12)} ${at(0.56, 0)}L${at(-0.56, 0)}Q${at(-0.34, 0.12)} ${at(-0.2, 0.34)}L${at(-0.44, 0.32)}Q${at(-0.24, 0.42)} ${at(-0.14, 0.64)}L${at(-0.3, 0.62)}Q${at(-0.12, 0.74)} ${at(0, 1)}Z`;
}

function room(theme: Theme, { width, height }: Canvas): string {
  const wall: Colour = mix([30, 30, 30], theme.accent, 0.35);
  const dark = hex([wall[0], wall[1], theme.hour === 'night' ? 14 : 28]);
  const frame = hex([wall[0], wall[1], theme.hour === 'night' ? 22 : 44]);
  const left = width * 0.14;
  const right = width * 0.86;
  const top = height * 0.07;
  const sill = height * 0.66;
  const bar = width * 0.014;
  const hole = `M0 0H${width}V${height}H0ZM${left} ${sill}H${right}V${top}H${left}Z`;
  const bars = [left, (left + right) / 2, right]
    .map((x) => `<rect x="${x - bar / 2}" y="${top}" width="${bar}" height="${sill - top}" fill="${frame}"/>`)
    .join('');
  return `<path d="${hole}" fill="${dark}"/>${bars}
<rect x="${left - bar}" y="${(top + sill) / 2.4}" width="${right - left + 2 * bar}" height="${bar}" fill="${frame}"/>
<rect x="${left - bar}" y="${top - bar / 2}" width="${right - left + 2 * bar}" height="${bar}" fill="${frame}"/>
<rect x="${left - width * 0.05}" y="${sill}" width="${right - left + width * 0.1}" height="${bar * 2}" rx="3" fill="${frame}"/>
<path d="M${left} ${height}L${left + width * 0.12} ${sill + bar * 2}H${right - width * 0.02}L${right + width * 0.12} ${height}Z" fill="${hex(lightOf(theme).low)}" fill-opacity=".16"/>`;
}

function studio(theme: Theme, { width, height }: Canvas): string {
  const back = lighter(theme.accent, 16);
  const disc = Math.min(width, height * 0.8) * 0.38;
  return `<defs><radialGradient id="paper" cx=".5" cy=".38" r=".8"><stop offset="0" stop-color="${hex(lighter(back, 12))}"/><stop offset="1" stop-color="${hex(lighter(back, -16))}"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="url(#paper)"/>
<circle cx="${width / 2}" cy="${height * 0.42}" r="${disc}" fill="${hex(lighter(mix(back, [back[0] + 40, 70, 80], 0.5), 4))}" fill-opacity=".7"/>
<circle cx="${width / 2}" cy="${height * 0.42}" r="${disc * 1.14}" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="${width * 0.003}"/>`;
}
