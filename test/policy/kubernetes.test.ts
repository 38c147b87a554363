import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy, type INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service, type IService } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Each kind with the model that Kubernetes publishes of it. */
const MODELS: Readonly<Record<string, new (manifest: never) => { validate: () => void }>> = {
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
};

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'deploy/kubernetes');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const files = readdirSync(FOLDER).filter((file) => file !== 'kustomization.yaml');
const manifests = files.flatMap((file) => parseAllDocuments(read(file)).map((one) => one.toJS() as Manifest));
const kustomization = parse(read('kustomization.yaml')) as {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly [{ readonly literals: readonly string[] }];
};
const manifestOf = (kind: string): unknown => manifests.find((manifest) => manifest.kind === kind);
const deployment = manifestOf('Deployment') as IDeployment & Manifest;
const pod = deployment.spec?.template.spec;
const container = pod?.containers[0];

/** What is wrong with a manifest by the schema of its kind. */
function invalid(manifest: Manifest): string[] {
  const model = MODELS[manifest.kind];
  if (!model) return [`There is no model for ${manifest.kind}.`];
  try {
    new model(manifest as never).validate();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Members that the kinds do not have, such as misspelt ones, which the schemas allow: what the compiler says of the manifests as literals. */
function unknownMembers(all: readonly Manifest[]): string[] {
  const source = all
    .map(
      ({ apiVersion, kind, ...rest }, n) =>
        `import type { I${kind} as T${n} } from 'kubernetes-models/${apiVersion}/${kind}';\n` +
        `export const m${n}: T${n} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
    )
    .join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const name = join(ROOT, 'test/manifests.mts');
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile: (file, target) =>
      file === name ? ts.createSourceFile(file, source, target) : disk.getSourceFile(file, target),
    fileExists: (file) => file === name || disk.fileExists(file),
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the manifests for Kubernetes', () => {
  it('are all in the kustomization', () => {
    expect(files.toSorted()).toEqual([...kustomization.resources].sort());
    expect(manifests).toHaveLength(Object.keys(MODELS).length);
  });

  it.each(manifests.map((manifest) => [manifest.kind, manifest]))('%s is what its schema allows', (_kind, manifest) => {
    expect(invalid(manifest)).toEqual([]);
  });

  it('have no member that their kinds do not have', () => {
    expect(unknownMembers(manifests)).toEqual([]);
  });

  it('would be found wrong: a number as text, a missing member, a misspelt one', () => {
    const changed = (change: object): Manifest => ({ ...deployment, ...{ spec: { ...deployment.spec, ...change } } });
    expect(invalid(changed({ replicas: '2' }))).toEqual([expect.stringContaining('replicas')]);
    expect(invalid(changed({ selector: undefined }))).toEqual([expect.stringContaining('selector')]);
    expect(unknownMembers([changed({ stratgy: {} })])).toEqual([expect.stringContaining('stratgy')]);
  });

  it('confine the pods as the Compose file confines its containers', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod?.containers).toHaveLength(1);
    expect(container).toMatchObject({
      resources: { limits: { memory: '1Gi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: true,
      },
    });
    expect(container?.securityContext?.capabilities?.add).toBeUndefined();
  });

  it('give the metrics to the namespace of the monitoring alone, and not by the Service', () => {
    const service = manifestOf('Service') as IService;
    expect(service.spec?.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    const policy = manifestOf('NetworkPolicy') as INetworkPolicy;
    const open = policy.spec?.ingress?.filter(({ ports = [] }) => ports.some(({ port }) => port !== 'http'));
    expect(open).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 'metrics' }],
      },
    ]);
  });

  it('set only what is a setting, secrets as files alone, and give a pod the time to stop', () => {
    const literals = kustomization.configMapGenerator[0].literals.map((literal) => literal.split('='));
    const settings = Object.fromEntries(literals) as Record<string, string>;
    const names = [...Object.keys(settings), ...(container?.env ?? []).map(({ name }) => name)];
    const page = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
    expect(names.filter((name) => !page.includes(`| \`${name.replace(/_FILE$/, '')}\``))).toEqual([]);
    expect(names.filter((name) => /SECRET|PASSWORD|DATABASE_URL/.test(name))).toEqual([
      'DATABASE_URL_FILE',
      'TESSERA_SECRET_FILE',
      'ADMIN_PASSWORD_FILE',
    ]);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(Number(settings['SHUTDOWN_DELAY']) + 3 + 5);
  });
});
