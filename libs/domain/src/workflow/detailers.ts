import type { HostCapabilities, Snapshot } from '@gaze/contracts';
import { booleanOf, own, textOf } from '../json.ts';
import type { Graph } from './graph.ts';
import { bridge, prune, sourcesOf } from './graph.ts';
import { hostSpelling } from './host-names.ts';
import { linkOf } from './link.ts';

export type Detail = 'face' | 'hand';

/** The key of a detailer entity's `focus` for each pass. */
const focusKey = { face: 'face', hand: 'hands' } as const;

/** Whether a pass is wanted: on, off, or (auto) where no detailer is selected, or any selected one looks there. */
export function isDetailWanted(
  snapshot: Pick<Snapshot, 'parts' | 'face_detail' | 'hand_detail'>,
  detail: Detail,
): boolean {
  const asked = detail === 'face' ? snapshot.face_detail : snapshot.hand_detail;
  if (asked !== 'auto') return asked === 'on';
  const detailers = snapshot.parts.filter((part) => part.category === 'detailers');
  return (
    detailers.length === 0 ||
    detailers.some(({ data }) => booleanOf(own(own(data, 'focus'), focusKey[detail])) !== false)
  );
}

/**
 * Keeps a detailer pass, or takes it out and bridges it. A host that lacks what the pass needs costs the pass and
 * not the picture.
 * @returns a sentence for the notes where the host is the reason, or another model stands in
 */
export function fitDetailer(
  graph: Graph,
  id: string | null,
  detail: Detail,
  wanted: boolean,
  host: HostCapabilities,
): string[] {
  const node = id === null ? undefined : graph.get(id);
  if (id === null || node === undefined) return [];
  if (!wanted) {
    dropDetailer(graph, id);
    return [];
  }
  const detector = detectorOf(graph, id);
  const lack =
    missingClass(host, node.class_type, detector?.class_type) ?? fitModel(detector?.inputs, detail, host);
  if (lack === null) return [];
  if (lack.drop) dropDetailer(graph, id);
  return [lack.drop ? `${detail} pass skipped: ${lack.reason}` : lack.reason];
}

interface Lack {
  drop: boolean;
  reason: string;
}

function dropDetailer(graph: Graph, id: string): void {
  const node = graph.get(id);
  const sources = node === undefined ? [] : sourcesOf(node);
  bridge(graph, id, 'image');
  prune(graph, sources);
}

function detectorOf(
  graph: Graph,
  id: string,
): { class_type: string; inputs: Record<string, unknown> } | undefined {
  const link = linkOf(graph.get(id)?.inputs.bbox_detector);
  return link === null ? undefined : graph.get(link.id);
}

function missingClass(host: HostCapabilities, detailer: string, detector: string | undefined): Lack | null {
  if (!host.classes.includes(detailer))
    return { drop: true, reason: `Impact Pack missing on ${host.host_name}` };
  if (detector === undefined || host.classes.includes(detector)) return null;
  const pack = detector.startsWith('Ultralytics') ? 'Impact Subpack' : detector;
  return { drop: true, reason: `${pack} missing on ${host.host_name}` };
}

/** Gives the detector the host's spelling of its model, or another model of the host that finds the same thing. */
function fitModel(
  inputs: Record<string, unknown> | undefined,
  detail: Detail,
  host: HostCapabilities,
): Lack | null {
  const wanted = textOf(inputs?.model_name);
  if (inputs === undefined || wanted === undefined || !/^bbox[\\/]/.test(wanted)) return null;
  const spelling = hostSpelling(wanted, host.bbox_models);
  const found =
    spelling ??
    host.bbox_models.find((name) => name.startsWith('bbox') && name.toLowerCase().includes(detail));
  if (found === undefined)
    return { drop: true, reason: `no ${detail} model such as ${wanted} on ${host.host_name}` };
  inputs.model_name = found;
  return spelling === undefined
    ? { drop: false, reason: `The ${detail} pass uses ${found}: ${host.host_name} does not have ${wanted}.` }
    : null;
}
