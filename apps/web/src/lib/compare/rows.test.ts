import type { ImageDetail } from '@gaze/contracts';
import { describe, expect, it, vi } from 'vitest';

vi.mock('#lib/live/checkpoint-name.ts', () => ({
  checkpointName: (path: string) => path,
  fileName: (path: string) => path.replace('.safetensors', ''),
}));
const { compareRows } = await import('./rows.ts');

const now = new Date('2026-11-25T12:00:00Z');
const image = (more: object, generation: object | null = {}): ImageDetail =>
  ({
    ...{ width: 832, height: 1216, created_at: '2026-11-25T10:00:00Z', rating: null, host: 'Atelier' },
    ...{ checkpoint: 'a', seed: 1, metadata: null },
    generation: generation && {
      ...{ prompts: { main: '', face: '', hand: '', negative: '' }, checkpoint: 'a', seed: 1, loras: [] },
      ...{ entities: [], recipe: { faceDetail: 'auto', handDetail: 'auto' }, template: { name: 'default' } },
      ...{ seconds: { rendering: 4.12, queued: 0 } },
      ...generation,
    },
    ...more,
  }) as unknown as ImageDetail;

const elke = { category: 'characters', slug: 'elke', name: 'Elke', revision: 'r' };
const lora = (name: string, weight: number) => ({ name: `${name}.safetensors`, weight });

describe('compareRows', () => {
  it('marks what differs, and has a line for what only one of them has', () => {
    const a = image({}, { seed: 1, loras: [lora('coat', 0.8)], entities: [elke] });
    const b = image(
      { host: 'Cellar' },
      { seed: 2, loras: [lora('coat', 0.65), lora('grain', 0.5)], entities: [elke] },
    );
    const differing = compareRows(a, b, now).filter(({ differs }) => differs);
    expect(differing.map(({ label, a: one, b: other }) => [label, one, other])).toEqual([
      ['Seed', '1', '2'],
      ['LoRA coat', '0.80', '0.65'],
      ['LoRA grain', '–', '0.50'],
      ['Host', 'Atelier', 'Cellar'],
    ]);
  });

  it('finds nothing between a picture and itself', () => {
    const a = image({ rating: 4 }, { loras: [lora('coat', 0.8)], entities: [elke] });
    expect(compareRows(a, a, now).every(({ differs }) => !differs)).toBe(true);
  });

  it('reads what the file of another program says', () => {
    const metadata = {
      sampler: 'euler',
      scheduler: null,
      steps: 28,
      cfg: 5,
      loras: [],
      positive: '',
      negative: '',
    };
    const rows = compareRows(image({ metadata }, null), image({}, null), now);
    expect(rows.find(({ label }) => label === 'Sampler')).toMatchObject({
      a: 'euler, 28 steps, CFG 5',
      b: '–',
    });
  });
});
