import { GazeError } from '@gaze/runtime';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { sendProblem } from './errors.ts';

export interface KnownRoutes {
  note: (route: Pick<RouteOptions, 'method' | 'url'>) => void;
  /** Methods that the path of a request takes. */
  methodsOf: (path: string) => string[];
}

/** Remembers what there is, so that a wrong method is told from a wrong address. */
export function buildKnownRoutes(): KnownRoutes {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  return {
    note({ method, url }) {
      if (!url.startsWith('/api/')) return;
      const known = patterns.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      for (const one of Array.isArray(method) ? method : [method]) known.methods.add(one);
      patterns.set(url, known);
    },
    methodsOf(path) {
      const found = [...patterns.values()].filter(({ pattern }) => pattern.test(path));
      return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
    },
  };
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[a-zA-Z_0-9]+/g, '[^/]+').replace(/\*$/, '.*')}$`);
}

/** 404 in words for an address of the API that does not exist, 405 where only the method is wrong. */
export async function apiNotFound(
  known: KnownRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = request.url.split('?')[0] ?? '';
  const methods = known.methodsOf(path);
  // An address that only looks like one that there is: a part of it is longer than any name.
  if (methods.length === 0 || methods.includes(request.method))
    throw new GazeError(
      'not_found',
      `There is no address ${request.method} ${path.slice(0, 200)} in this API.`,
      {
        hint: 'See /api/docs.',
      },
    );
  void reply.header('allow', methods.join(', '));
  return sendProblem(request, reply, {
    code: 'method_not_allowed',
    message: `${path} takes ${methods.join(', ')}, not ${request.method}.`,
  });
}
