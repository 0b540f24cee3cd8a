import type { LlmProviderView, llmSettingsRpc } from '@gaze/contracts';
import {
  LlmLimitChoice,
  LlmLimits,
  LlmProviderKind,
  LlmProviderSetting,
  usualLlmLimits,
} from '@gaze/contracts';
import { isSameServer, providerKindOf } from '@gaze/domain';
import { GazeError, unseal } from '@gaze/runtime';
import type { z } from 'zod';
import type { DbOrTrx } from '../../db/connect.ts';
import { forgetSetting, readSetting, writeSetting } from '../../settings/store.ts';

/** What the environment of this deployment fixes. */
export interface FixedLlm {
  provider: { baseUrl: string; model: string; hasKey: boolean } | null;
  limits: LlmLimitChoice;
}

type SetProvider = z.output<typeof llmSettingsRpc.setProvider.input>;
type Candidate = z.output<typeof llmSettingsRpc.candidate.input>;

const settingKey = 'llm.provider';
const Stored = LlmProviderSetting.extend({
  kind: LlmProviderKind.optional(),
  limits: LlmLimitChoice.default({}),
});
type Stored = z.infer<typeof Stored>;

/** The provider that was chosen in Settings; null: none. One that this version cannot read counts as none. */
export async function storedProvider(db: DbOrTrx): Promise<Stored | null> {
  const parsed = Stored.safeParse(await readSetting(db, settingKey));
  return parsed.success ? parsed.data : null;
}

/** The model in force, without its key. */
export async function providerView(db: DbOrTrx, fixed: FixedLlm): Promise<LlmProviderView> {
  const stored = await storedProvider(db);
  const limits = limitsView(fixed.limits, stored?.limits ?? {});
  if (fixed.provider !== null) {
    const { baseUrl, model, hasKey } = fixed.provider;
    const kind = providerKindOf(baseUrl);
    return { origin: 'environment', kind, base_url: shown(baseUrl), model, has_key: hasKey, limits };
  }
  if (stored === null)
    return { origin: 'none', kind: null, base_url: null, model: null, has_key: false, limits };
  const { base_url: baseUrl, model, sealed_key: sealed } = stored;
  const kind = stored.kind ?? providerKindOf(baseUrl);
  return { origin: 'settings', kind, base_url: baseUrl, model, has_key: sealed !== null, limits };
}

/**
 * Keeps a choice. A key that is stored stays with its server: nobody gets it by giving another address.
 * @throws GazeError conflict where the environment fixes the model; invalid_input for a key that cannot be kept
 */
export async function setProvider(
  db: DbOrTrx,
  deps: { fixed: FixedLlm; key: Buffer | null },
  given: SetProvider,
): Promise<void> {
  refuseFixed(deps.fixed);
  const before = await storedProvider(db);
  const { kind, base_url, model } = given;
  const sealed_key = keyFor(given, before, deps.key);
  const limits = given.limits ?? before?.limits ?? {};
  await writeSetting(db, settingKey, { kind, base_url, model, sealed_key, limits } satisfies Stored);
}

export async function forgetProvider(db: DbOrTrx, fixed: FixedLlm): Promise<void> {
  refuseFixed(fixed);
  await forgetSetting(db, settingKey);
}

/** What a worker is to try. Null: whatever is in force. @throws GazeError as `setProvider` does */
export async function candidateProvider(
  db: DbOrTrx,
  deps: { fixed: FixedLlm; key: Buffer | null },
  given: Candidate,
): Promise<LlmProviderSetting | null> {
  const stored = await storedProvider(db);
  if (given === null)
    return stored === null
      ? null
      : { base_url: stored.base_url, model: stored.model, sealed_key: stored.sealed_key };
  refuseFixed(deps.fixed);
  const { base_url, model } = given;
  return { base_url, model, sealed_key: keyFor(given, stored, deps.key) };
}

function keyFor(
  given: { base_url: string; sealed_key?: string | null | undefined },
  before: Stored | null,
  key: Buffer | null,
): string | null {
  if (given.sealed_key === undefined) {
    if (before === null || before.sealed_key === null) return null;
    if (isSameServer(before.base_url, given.base_url)) return before.sealed_key;
    throw new GazeError(
      'invalid_input',
      'The stored key belongs to another server. Enter the key of this one, or say that it needs none.',
      { field: 'api_key' },
    );
  }
  if (given.sealed_key === null) return null;
  if (key === null) throw noKeyFile();
  try {
    unseal(given.sealed_key, key);
  } catch (cause) {
    throw new GazeError('invalid_input', 'The key was not sealed for this installation. Enter it again.', {
      field: 'api_key',
      cause,
    });
  }
  return given.sealed_key;
}

/** A secret can be kept only sealed. */
export function noKeyFile(): GazeError {
  return new GazeError(
    'invalid_input',
    'No key can be kept: this installation has no key file. Set GAZE_KEY_FILE for catalog and llm-worker, or give the key by LLM_API_KEY.',
    { field: 'api_key' },
  );
}

function refuseFixed(fixed: FixedLlm): void {
  if (fixed.provider === null) return;
  throw new GazeError(
    'conflict',
    'LLM_BASE_URL and LLM_MODEL fix the language model here. Change them, or remove them to choose in Settings.',
    { field: 'base_url' },
  );
}

const limitNames = LlmLimits.keyof().options;

function limitsView(fixed: LlmLimitChoice, stored: LlmLimitChoice): LlmProviderView['limits'] {
  const of = (name: keyof LlmLimits): LlmProviderView['limits'][keyof LlmLimits] => {
    const [byEnvironment, bySettings] = [fixed[name], stored[name]];
    if (byEnvironment !== undefined) return { value: byEnvironment, origin: 'environment' };
    return bySettings === undefined
      ? { value: usualLlmLimits[name], origin: 'default' }
      : { value: bySettings, origin: 'settings' };
  };
  return Object.fromEntries(limitNames.map((name) => [name, of(name)])) as LlmProviderView['limits'];
}

/** An address of the environment may hold a password. */
function shown(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
