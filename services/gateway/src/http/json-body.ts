import { GazeError } from '@gaze/runtime';
import type { FastifyInstance } from 'fastify';

/** JSON alone is taken. An empty body counts as none, as `curl -X POST` with a content type sends it. */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') {
      done(null, undefined);
      return;
    }
    void parse(request, body, (error, value) => {
      // The parser's text quotes the body; a stranger's body has no place in a log or an answer.
      if (error === null) done(null, value);
      else
        done(
          new GazeError('malformed_request', 'The body is not well-formed JSON.', {
            hint: 'Send well-formed JSON.',
          }),
          undefined,
        );
    });
  });
}
