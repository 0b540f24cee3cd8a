import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from '../../scripts/launcher/paths.ts';

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    configMapKeyRef?: { name: string; key: string };
    fieldRef?: { fieldPath: string };
  };
}
export interface Container {
  name: string;
  image: string;
  env?: EnvVar[];
  ports?: { name: string; containerPort: number }[];
  resources?: { requests?: object; limits?: { memory?: string } };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[] };
  };
  volumeMounts?: { name: string; mountPath: string }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}
interface Probe {
  httpGet: { path: string; port: string };
}
export interface PodSpec {
  securityContext: { runAsNonRoot?: boolean; runAsUser?: number };
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds: number;
  initContainers?: Container[];
  containers: Container[];
  volumes?: {
    name: string;
    secret?: { secretName: string };
    configMap?: { name: string };
    persistentVolumeClaim?: { claimName: string };
  }[];
}
/** As much of a Kubernetes object as the tests look at. */
export interface Manifest {
  file: string;
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec: {
    replicas?: number;
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    podSelector?: Selector;
    ingress?: { from?: { podSelector?: Selector }[]; ports?: { port: number }[] }[];
    egress?: { to?: { podSelector?: Selector }[]; ports?: { port: number }[] }[];
    template?: { metadata: { labels: Record<string, string> }; spec: PodSpec };
    ports?: { name: string; port: number; targetPort?: string | number }[];
    serviceName?: string;
    scaleTargetRef?: { name: string };
    triggers?: { metadata: { query: string } }[];
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
}
export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

export interface Kustomization {
  resources: string[];
  images?: { name: string }[];
  patches?: { path: string }[];
  secretGenerator?: { name: string; files?: string[]; literals?: string[] }[];
}

/** Documents of a YAML file below the project's folder. @throws where it is no good YAML */
export function readYaml(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(root, file), 'utf8'), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as unknown;
  });
}

export const kustomization = (folder: string): Kustomization =>
  readYaml(join(folder, 'kustomization.yaml'))[0] as Kustomization;

/** Every object of a folder of manifests, in the files that its kustomization names. */
export function readManifests(folder: string): Manifest[] {
  return kustomization(folder)
    .resources.filter((name) => name.endsWith('.yaml'))
    .flatMap((name) =>
      (readYaml(join(folder, name)) as Manifest[]).map((manifest) => ({ ...manifest, file: name })),
    );
}

/** YAML files of a folder that no kustomization names. */
export function forgottenFiles(folder: string): string[] {
  const { resources, patches = [] } = kustomization(folder);
  const named = new Set([...resources, ...patches.map(({ path }) => path), 'kustomization.yaml']);
  return readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml') && !named.has(name));
}
