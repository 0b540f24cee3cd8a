import { verifies } from '@gaze/testing';
import { busUsers } from '@gaze/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { busPasswordName } from '../../scripts/compose/names.ts';
import { root } from '../../scripts/launcher/paths.ts';
import { forgottenFiles, kustomization, readManifests, readYaml } from './manifests.ts';
import type { Container, Manifest, PodSpec, Selector } from './manifests.ts';
import { knownVariables } from './service-env.ts';
import { read, sourceFiles } from './tree.ts';

const base = 'deploy/kubernetes/base';
const example = 'deploy/kubernetes/example';
const all = readManifests(base);
const ofKind = (...kinds: string[]): Manifest[] => all.filter(({ kind }) => kinds.includes(kind));
const workloads = ofKind('Deployment', 'StatefulSet');
const podOf = ({ spec, metadata }: Manifest): PodSpec => {
  if (spec.template === undefined) throw new Error(`${metadata.name} has no pods`);
  return spec.template.spec;
};
const labelsOf = ({ spec }: Manifest): Record<string, string> => spec.template?.metadata.labels ?? {};
const containersOf = (each: Manifest): Container[] => [
  ...(podOf(each).initContainers ?? []),
  ...podOf(each).containers,
];
const services = ['catalog', 'generator', 'gateway', 'llm-worker', 'danbooru-mcp'];

function matches(selector: Selector, labels: Record<string, string>): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}

describe(verifies('kubernetes.manifests', 'the Kubernetes manifests'), () => {
  test('are all named by their kustomization, each object once', () => {
    expect([...forgottenFiles(base), ...forgottenFiles(example)]).toEqual([]);
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    for (const { apiVersion, kind, metadata } of all) {
      expect(`${kind} ${metadata.name} ${apiVersion}`).toMatch(/^\w+ [a-z0-9-]+ ([a-z0-9.]+\/)?v\d\w*$/);
    }
  });

  test('have a workload for every service, whose selector finds its own pods', () => {
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([...services, 'nats'].sort());
    for (const each of workloads)
      expect(each.spec.selector?.matchLabels, each.metadata.name).toEqual(labelsOf(each));
  });

  test.each(workloads.map((each) => [each.metadata.name, each] as const))(
    '%s runs without rights, within limits, and knows when it is ready',
    (name, each) => {
      const pod = podOf(each);
      expect(pod.securityContext.runAsNonRoot).toBe(true);
      expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
      expect(pod.automountServiceAccountToken).toBe(false);
      // An ordered stop takes five seconds a part at most.
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
      for (const container of containersOf(each)) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.image).toMatch(/^gaze\/[a-z-]+$/);
      }
      const [main] = pod.containers;
      expect(main?.resources?.limits?.memory, name).toMatch(/^\d+[MG]i$/);
      const ports = new Set((main?.ports ?? []).map((port) => port.name));
      for (const probe of [main?.startupProbe, main?.readinessProbe, main?.livenessProbe])
        expect(ports.has(probe?.httpGet.port ?? ''), `${name}: a probe's port`).toBe(true);
    },
  );

  test.each(services)('%s gets variables that its schema knows, each once', (service) => {
    const each = workloads.find(({ metadata }) => metadata.name === service);
    const known = knownVariables(service);
    const names = podOf(each as Manifest).containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(
      expect.arrayContaining(['NATS_URL', 'NATS_USER', 'NATS_PASSWORD', 'SERVICE_INSTANCE']),
    );
  });

  test('what pods mount and read is there: settings, claims, and secrets that the example brings', () => {
    const settings = ofKind('ConfigMap');
    const made = new Map(
      (kustomization(example).secretGenerator ?? []).map(({ name, files = [] }) => [
        name,
        new Set(files.map((file) => file.split('=')[0])),
      ]),
    );
    const claims = new Set(ofKind('PersistentVolumeClaim').map(({ metadata }) => metadata.name));
    for (const each of workloads) {
      const pod = podOf(each);
      const volumes = new Set([
        ...(pod.volumes ?? []).map(({ name }) => name),
        ...(each.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
      ]);
      for (const { env = [], volumeMounts = [] } of containersOf(each)) {
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
        for (const { valueFrom = {} } of env) {
          const { secretKeyRef: secret, configMapKeyRef: setting } = valueFrom;
          if (secret !== undefined && secret.optional !== true)
            expect(made.get(secret.name) ?? `no secret ${secret.name}`).toContain(secret.key);
          if (setting !== undefined)
            expect(settings.find(({ metadata }) => metadata.name === setting.name)?.data).toHaveProperty(
              setting.key,
            );
        }
      }
      for (const { secret, configMap, persistentVolumeClaim } of pod.volumes ?? []) {
        if (secret !== undefined) expect([...made.keys()]).toContain(secret.secretName);
        if (configMap !== undefined)
          expect(settings.map(({ metadata }) => metadata.name)).toContain(configMap.name);
        if (persistentVolumeClaim !== undefined)
          expect([...claims]).toContain(persistentVolumeClaim.claimName);
      }
    }
  });

  test('no secret has a default: they come from references, and the example from files that git ignores', () => {
    for (const each of workloads) {
      for (const { name, value } of containersOf(each).flatMap(({ env = [] }) => env)) {
        if (/PASSWORD|SECRET|_KEY$|DATABASE_URL/.test(name)) expect(value, name).toBeUndefined();
      }
    }
    expect(ofKind('Secret')).toEqual([]);
    for (const { literals } of kustomization(example).secretGenerator ?? []) expect(literals).toBeUndefined();
    expect(readFileSync(join(root, example, 'secrets/.gitignore'), 'utf8')).toMatch(/^\*$/m);
  });

  test('every user of the bus has a password in each of the places that need it', () => {
    const nats = podOf(workloads.find(({ metadata }) => metadata.name === 'nats') as Manifest).containers[0];
    const passwords = new Map(
      (nats?.env ?? []).map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef?.key]),
    );
    for (const user of busUsers) expect(passwords.get(busPasswordName(user))).toBe(user);
  });

  test('services, budgets and scalers point at pods that there are, on ports that they open', () => {
    for (const { metadata, spec } of ofKind('Service')) {
      const target = workloads.find((each) =>
        matches({ matchLabels: spec.selector as Record<string, string> }, labelsOf(each)),
      );
      const open = (target === undefined ? [] : containersOf(target)).flatMap(({ ports = [] }) => ports);
      for (const { port, targetPort } of spec.ports ?? []) {
        const wanted = targetPort ?? port;
        const found = open.some(({ name, containerPort }) => name === wanted || containerPort === wanted);
        expect(found, `${metadata.name}: ${wanted}`).toBe(true);
      }
    }
    for (const { metadata, spec } of ofKind('PodDisruptionBudget'))
      expect(
        workloads.some((each) => matches(spec.selector as Selector, labelsOf(each))),
        metadata.name,
      ).toBe(true);
    const scaled = ofKind('ScaledObject');
    for (const { spec } of scaled) {
      const target = workloads.find(({ metadata }) => metadata.name === spec.scaleTargetRef?.name);
      // Two who set the number of replicas undo each other's work.
      expect(target).toBeDefined();
      expect(target?.spec.replicas).toBeUndefined();
    }
    const names = new Set(
      workloads.filter((each) => each.spec.serviceName !== undefined).map((each) => each.spec.serviceName),
    );
    expect([...names]).toEqual(['nats']);
  });

  test('scalers ask for metrics that a service has', () => {
    const source = sourceFiles()
      .filter((file) => /^(services|libs)\/[^/]+\/src\//.test(file))
      .map(read)
      .join('\n');
    const asked = ofKind('ScaledObject').flatMap(({ spec }) =>
      (spec.triggers ?? []).flatMap(({ metadata }) =>
        [...metadata.query.matchAll(/gaze_\w+/g)].map(([name]) => name),
      ),
    );
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect(source).toContain(`name: '${name}'`);
  });

  test('network policies: all is closed at first, and each of the others is about pods that there are', () => {
    const policies = ofKind('NetworkPolicy');
    expect(policies[0]?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    for (const { metadata, spec } of policies) {
      const selectors = [
        spec.podSelector ?? {},
        ...(spec.ingress ?? []).flatMap(({ from = [] }) => from.map(({ podSelector }) => podSelector ?? {})),
        ...(spec.egress ?? []).flatMap(({ to = [] }) => to.map(({ podSelector }) => podSelector ?? {})),
      ];
      for (const selector of selectors)
        expect(
          workloads.some((each) => matches(selector, labelsOf(each))),
          metadata.name,
        ).toBe(true);
    }
    const openTo = (name: string): number[] =>
      policies
        .filter(({ spec }) => matches(spec.podSelector ?? {}, { 'app.kubernetes.io/name': name }))
        .flatMap(({ spec }) =>
          (spec.ingress ?? []).flatMap(({ ports = [] }) => ports.map(({ port }) => port)),
        );
    expect(openTo('gateway').sort()).toEqual([5782, 9090]);
    expect(openTo('catalog')).toEqual([9090]);
    expect(openTo('nats').sort()).toEqual([4222, 6222]);
  });

  test('the example names an image for each of the base, and patches settings that there are', () => {
    const named = new Set((kustomization(example).images ?? []).map(({ name }) => name));
    for (const each of workloads)
      for (const { image } of containersOf(each)) expect([...named]).toContain(image);
    const [patch] = readYaml(join(example, 'settings.yaml')) as Manifest[];
    const settings = ofKind('ConfigMap').find(({ metadata }) => metadata.name === patch?.metadata.name);
    for (const key of Object.keys(patch?.data ?? {})) expect(settings?.data).toHaveProperty(key);
  });
});
