const localComfy = 'http://127.0.0.1:8188/system_stats';
const answerLimitMs = 1500;

export interface ChosenHosts {
  /** Settings of `.env`, for lines that are empty. */
  values: Record<string, string>;
  isDemo: boolean;
  /** What is said about it. */
  said: string;
}

/**
 * Which ComfyUI hosts a new `.env` names: those that were asked for, else the one that answers on this machine, else
 * the stand-ins, because a stack without any host could not show anything.
 */
export async function hostsFor(
  options: { demo: boolean; comfyui: string | null },
  env: ReadonlyMap<string, string>,
  answers: () => Promise<boolean> = comfyAnswers,
): Promise<ChosenHosts> {
  const named = env.get('COMFYUI_URLS') ?? '';
  if (named !== '') {
    const isDemo = (env.get('COMPOSE_PROFILES') ?? '').split(',').includes('demo');
    return { values: {}, isDemo, said: `ComfyUI hosts, as .env has them: ${named}` };
  }
  if (options.comfyui !== null)
    return {
      values: { COMFYUI_URLS: options.comfyui },
      isDemo: false,
      said: `ComfyUI hosts: ${options.comfyui}`,
    };
  if (!options.demo && (await answers()))
    return {
      values: { COMFYUI_URLS: 'http://host.docker.internal:8188' },
      isDemo: false,
      said: 'A ComfyUI answers on this machine, so .env names it. It has to listen for containers too: start it with --listen.',
    };
  return {
    values: {
      COMFYUI_URLS: 'Atelier=http://atelier:8188,Cellar=http://cellar:8188',
      LLM_BASE_URL: 'http://llm:8199/v1',
      LLM_API_KEY: 'stand-in',
      LLM_MODEL: 'stand-in',
      COMPOSE_PROFILES: 'demo',
    },
    isDemo: true,
    said: `${options.demo ? 'The demo' : 'No ComfyUI answers on port 8188 of this machine, so this is the demo'}: .env names two stand-ins for ComfyUI and one for the language model. For your own hosts set COMFYUI_URLS, and empty COMPOSE_PROFILES and the lines LLM_….`,
  };
}

async function comfyAnswers(): Promise<boolean> {
  try {
    return (await fetch(localComfy, { signal: AbortSignal.timeout(answerLimitMs) })).ok;
  } catch {
    return false;
  }
}
