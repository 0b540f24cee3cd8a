import type {
  BestWeight,
  CategoryName,
  EntityWritten,
  HostBody,
  HostCheck,
  HostDetail,
  HostPatchBody,
  HostView,
  PasswordBody,
  PasswordView,
  SessionView,
  SessionsReply,
  SweepInput,
  SweepStarted,
  SweepsReply,
} from '@gaze/contracts';
import type { CallOptions, EditOptions, Send } from './request.ts';

/** ComfyUI hosts. */
export function buildHosts(send: Send) {
  const hosts = '/api/v1/hosts';
  const at = (id: string): string => `${hosts}/${encodeURIComponent(id)}`;
  return {
    list: (o?: CallOptions) => send<{ hosts: HostView[] }>('GET', hosts, o),
    get: (id: string, o?: CallOptions) => send<HostDetail>('GET', at(id), o),
    add: (host: HostBody) => send<HostView>('POST', hosts, { body: host }),
    change: (id: string, change: HostPatchBody) => send<HostView>('PATCH', at(id), { body: change }),
    remove: (id: string) => send<undefined>('DELETE', at(id)),
    /** Looks at a host now; takes up to twenty seconds. */
    test: (id: string, o?: CallOptions) => send<HostCheck>('POST', `${at(id)}/test`, o),
    /** The same for an address that is no host yet. */
    testAddress: (url: string, o?: CallOptions) =>
      send<HostCheck>('POST', `${hosts}/test`, { ...o, body: { url } }),
  };
}

/** Who is signed in, and the password. */
export function buildSession(send: Send) {
  const session = '/api/v1/session';
  return {
    get: (o?: CallOptions) => send<SessionView>('GET', session, o),
    login: (password: string) => send<SessionView>('POST', session, { body: { password } }),
    logout: () => send<undefined>('DELETE', session),
    password: (o?: CallOptions) => send<PasswordView>('GET', `${session}/password`, o),
    /** Signs every other browser out. */
    changePassword: (change: PasswordBody) =>
      send<PasswordView>('PUT', `${session}/password`, { body: change }),
    list: (o?: CallOptions) => send<SessionsReply>('GET', '/api/v1/sessions', o),
    end: (id: string) => send<undefined>('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`),
    endOthers: () => send<undefined>('DELETE', '/api/v1/sessions'),
  };
}

/** Sweeps of the weight of an entity's LoRA. */
export function buildStrengths(send: Send) {
  const at = (category: CategoryName, slug: string): string =>
    `/api/v1/library/${category}/${encodeURIComponent(slug)}/strengths`;
  return {
    list: (category: CategoryName, slug: string, o?: CallOptions) =>
      send<SweepsReply>('GET', at(category, slug), o),
    start: (category: CategoryName, slug: string, sweep: SweepInput, o?: CallOptions) =>
      send<SweepStarted>('POST', at(category, slug), { ...o, body: sweep }),
    saveBest: (category: CategoryName, slug: string, best: BestWeight, o?: EditOptions) =>
      send<EntityWritten>('PUT', `${at(category, slug)}/best`, { ...o, body: best }),
  };
}
