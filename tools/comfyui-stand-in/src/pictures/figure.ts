import { hex, lighter, mix } from './colour.ts';
import type { Colour } from './colour.ts';
import type { Figure, HairStyle } from './theme.ts';

interface Pose {
  x: number;
  y: number;
  /** Half the height of the head; everything else is measured in it. */
  unit: number;
  lightFromLeft: boolean;
  rim: Colour;
  index: number;
  hasFace: boolean;
  hasBrooch: boolean;
}

/** A quiet half-length portrait in flat shapes. The face gets its features from the face pass alone. */
export function figure(who: Figure, pose: Pose): string {
  const { x, y, unit, index } = pose;
  const skin = hex(who.skin);
  const shade = hex(lighter(who.skin, -8));
  const broad = who.isMale ? 1 : 0.82;
  return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${(pose.lightFromLeft ? unit : -unit).toFixed(2)} ${unit.toFixed(2)})">
${gradients(who, pose)}
<path d="${backHair[who.style]}" fill="url(#hair${index})"/>
<g transform="scale(${broad} 1)"><path d="M-.34 1.2C-.42 1.72-1.5 1.66-1.86 2.3C-2.2 3-2.3 5-2.36 7.2H2.36C2.3 5 2.2 3 1.86 2.3C1.5 1.66 .42 1.72 .34 1.2Z" fill="url(#cloth${index})"/>
<path d="M-1.86 2.3C-2.2 3-2.3 5-2.36 7.2H-1.5C-1.52 5-1.5 3.4-1.2 2.6Z" fill="#fff" fill-opacity=".1"/></g>
<path d="M-.36 .6H.36V1.5C.36 1.9 .2 2.3 0 2.62C-.2 2.3-.36 1.9-.36 1.5Z" fill="${shade}"/>
<path d="M-.62 1.62C-.4 2.2-.2 2.6 0 2.86C.2 2.6 .4 2.2 .62 1.62L.86 1.74C.6 2.5 .3 3 0 3.3C-.3 3-.6 2.5-.86 1.74Z" fill="${hex(lighter(who.clothes, 16))}"/>
<path d="M-.74-.35C-.8 .2-.66 .62-.36 .9C-.2 1.06-.1 1.1 0 1.1C.1 1.1 .2 1.06 .36 .9C.66 .62 .8 .2 .74-.35C.7-.9 .4-1.05 0-1.05C-.4-1.05-.7-.9-.74-.35Z" fill="${skin}"/>
<path d="M.74-.35C.8 .2 .66 .62 .36 .9C.2 1.06 .1 1.1 0 1.1C.34 .8 .52 .3 .5-.3Z" fill="${shade}" fill-opacity=".55"/>
${pose.hasFace ? face(who, shade) : ''}
<path d="${frontHair(who.style, who.isMale)}" fill="url(#hair${index})"/>
<path d="M-.86-.5C-.8-.98-.44-1.2-.06-1.2C-.4-1.04-.62-.8-.7-.36Z" fill="#fff" fill-opacity=".28"/>
${pose.hasBrooch ? brooch(who) : ''}
<path d="M-2.34 7.2C-2.28 5-2.2 3-1.86 2.3C-1.66 1.94-1.2 1.78-.86 1.7" fill="none" stroke="${hex(pose.rim)}" stroke-opacity=".75" stroke-width=".045" stroke-linecap="round" transform="scale(${broad} 1)"/>
</g>`;
}

function gradients(who: Figure, { index, rim }: Pose): string {
  const stops = (colour: Colour, light: number): string =>
    `<stop offset="0" stop-color="${hex(mix(lighter(colour, light), rim, 0.22))}"/><stop offset=".5" stop-color="${hex(colour)}"/><stop offset="1" stop-color="${hex(lighter(colour, -12))}"/>`;
  return `<defs><linearGradient id="hair${index}" x1="0" y1="0" x2="1" y2=".6">${stops(who.hair, 16)}</linearGradient><linearGradient id="cloth${index}" x1="0" y1="0" x2="1" y2=".5">${stops(who.clothes, 12)}</linearGradient></defs>`;
}

const backHair: Readonly<Record<HairStyle, string>> = {
  long: 'M0-1.24C-.9-1.26-1.16-.6-1.1 .2C-1.06 1-1.3 1.7-1.36 2.4C-1.42 3.1-1.26 3.7-1.02 4.2C-.6 3.5-.4 3-.3 2H.3C.4 3 .6 3.5 1.02 4.2C1.26 3.7 1.42 3.1 1.36 2.4C1.3 1.7 1.06 1 1.1 .2C1.16-.6 .9-1.26 0-1.24Z',
  bob: 'M0-1.24C-.9-1.26-1.14-.6-1.12 .1C-1.1 .7-1.16 1-1.02 1.34C-.7 1.5-.4 1.3-.3 1H.3C.4 1.3 .7 1.5 1.02 1.34C1.16 1 1.1 .7 1.12 .1C1.14-.6 .9-1.26 0-1.24Z',
  short: 'M0-1.26C-.86-1.26-1-.6-.94-.1C-.9 .3-.8 .5-.7 .66H.7C.8 .5 .9 .3 .94-.1C1-.6 .86-1.26 0-1.26Z',
  ponytail:
    'M0-1.24C-.86-1.26-1-.6-.94 0C-.92 .4-.84 .6-.76 .8H.7C.9 .5 1-.1 .98-.4C1.6-.7 2-.1 1.9 .8C1.82 1.6 1.9 2.3 2.2 2.9C1.5 2.6 1.24 1.8 1.3 1C1.34 .4 1.3 0 .96-.1C.98-.7 .8-1.26 0-1.24Z',
  twintails:
    'M0-1.24C-.8-1.26-1-.7-.96-.5C-1.6-.9-2.1-.2-1.96 .8C-1.86 1.6-2 2.6-2.3 3.3C-1.6 3.1-1.3 2.2-1.36 1.2C-1.4 .5-1.3 0-.96-.1C-.92 .4-.84 .6-.76 .8H.76C.84 .6 .92 .4 .96-.1C1.3 0 1.4 .5 1.36 1.2C1.3 2.2 1.6 3.1 2.3 3.3C2 2.6 1.86 1.6 1.96 .8C2.1-.2 1.6-.9 .96-.5C1-.7 .8-1.26 0-1.24Z',
};

function frontHair(style: HairStyle, isMale: boolean): string {
  if (isMale || style === 'short') {
    return 'M-.9 .12C-1.04-.7-.8-1.34 .04-1.34C.9-1.34 1.02-.6 .88 .12C.84-.14 .8-.36 .66-.54C.4-.36 .1-.42-.06-.6C-.2-.36-.5-.3-.68-.36C-.78-.2-.84 0-.9 .12Z';
  }
  const locks = style === 'long' || style === 'bob' ? 0.9 : 0.55;
  return `M-.98 ${locks}C-1.2-.2-1.02-1.32 0-1.32C1.02-1.32 1.2-.2 .98 ${locks}C.92 .4 .86-.1 .7-.42C.56-.16 .4-.16 .28-.2C.26-.36 .22-.46 .14-.56C.1-.3-.14-.14-.34-.14C-.34-.3-.36-.4-.42-.5C-.5-.3-.6-.2-.72-.16C-.84 .1-.92 .5-.98 ${locks}Z`;
}

/** Closed eyes, brows, a blush and a small smile: what a face pass refines. */
function face(who: Figure, shade: string): string {
  const line = hex(mix(who.hair, [10, 30, 18], 0.6));
  const lid = (side: number): string =>
    `<path d="M${side * 0.5} .2Q${side * 0.34} .34 ${side * 0.18} .22" fill="none" stroke="${line}" stroke-width=".05" stroke-linecap="round"/><path d="M${side * 0.46} .27Q${side * 0.34} .37 ${side * 0.22} .28" fill="none" stroke="${hex(who.eyes)}" stroke-opacity=".55" stroke-width=".035" stroke-linecap="round"/><path d="M${side * 0.52}-.04Q${side * 0.36}-.12 ${side * 0.2}-.05" fill="none" stroke="${line}" stroke-opacity=".6" stroke-width=".03" stroke-linecap="round"/><ellipse cx="${side * 0.42}" cy=".48" rx=".14" ry=".07" fill="#f0566a" fill-opacity=".26"/>`;
  return `${lid(-1)}${lid(1)}<path d="M-.03 .5Q.02 .54 .05 .5" fill="none" stroke="${shade}" stroke-width=".03" stroke-linecap="round"/><path d="M-.13 .74Q0 .83 .13 .74" fill="none" stroke="#a8434c" stroke-width=".04" stroke-linecap="round"/>`;
}

function brooch(who: Figure): string {
  const petals = [0, 72, 144, 216, 288]
    .map(
      (turn) =>
        `<ellipse cy="-.13" rx=".075" ry=".12" transform="rotate(${turn})" fill="${hex([who.clothes[0] + 160, 70, 82])}"/>`,
    )
    .join('');
  return `<g transform="translate(-.95 2.6)">${petals}<circle r=".07" fill="#ffe9a8"/></g>`;
}
