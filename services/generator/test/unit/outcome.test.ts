import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../src/comfy/client.ts';
import { HostRefusal, HostUnreachable, RunFailure, explainRefusal } from '../../src/comfy/errors.ts';
import { picturesOf } from '../../src/comfy/outcome.ts';
import { asRunFailure } from '../../src/run/failure.ts';

const entry = (messages: [string, Record<string, unknown>][], status = 'error'): HistoryEntry => ({
  outputs: {},
  status: { status_str: status, completed: status === 'success', messages },
});
const failureOf = (run: () => unknown): RunFailure => {
  try {
    run();
  } catch (error) {
    if (error instanceof RunFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

describe('how a prompt ended', () => {
  test('saved pictures count, temporary previews do not', () => {
    const done = entry([], 'success');
    done.outputs = {
      '9': { images: [{ filename: 'a.png', subfolder: 'gaze', type: 'output' }] },
      '5': { images: [{ filename: 't.png', subfolder: '', type: 'temp' }] },
    };
    expect(picturesOf(done, 'Atelier').map((image) => image.filename)).toEqual(['a.png']);
  });

  test('a success without a saved picture is the fault of the template', () => {
    const failure = failureOf(() => picturesOf(entry([], 'success'), 'Atelier'));
    expect(failure.failure).toBe('permanent');
    expect(failure.wire.message).toContain('SaveImage');
  });

  test('an interruption runs again', () => {
    expect(failureOf(() => picturesOf(entry([['execution_interrupted', {}]]), 'A')).failure).toBe(
      'interrupted',
    );
  });

  test.each([
    ['torch.OutOfMemoryError', 'Allocation on device'],
    ['RuntimeError', 'CUDA error: out of memory\n'],
  ])('%s is the host that ran out of memory', (exception_type, exception_message) => {
    const failure = failureOf(() =>
      picturesOf(entry([['execution_error', { exception_type, exception_message }]]), 'A'),
    );
    expect(failure.failure).toBe('host');
    expect(failure.wire.hint).toContain('memory');
  });

  test('any other exception names the node and what it said', () => {
    const data = {
      node_id: '3',
      node_type: 'KSampler',
      exception_type: 'ValueError',
      exception_message: 'bad shape\n',
    };
    const failure = failureOf(() => picturesOf(entry([['execution_error', data]]), 'Atelier'));
    expect(failure.failure).toBe('permanent');
    expect(failure.wire.message).toBe('Atelier failed at node 3 (KSampler): bad shape');
  });
});

describe('a refusal in words', () => {
  const refused = (type: string) =>
    new HostRefusal('prompt_outputs_failed_validation', 'x', {
      nodeErrors: {
        '16': {
          class_type: 'LoraLoader',
          errors: [{ type, message: 'Value not in list', details: "lora_name: 'a' not in []" }],
        },
      },
    });

  test('names host, node and input', () => {
    const { wire, elsewhere } = explainRefusal(refused('value_not_in_list'), 'Cellar');
    expect(wire.message).toBe(
      "Cellar refused the workflow at node 16 (LoraLoader): Value not in list: lora_name: 'a' not in [].",
    );
    expect(wire.field).toBe('16.lora_name');
    expect(elsewhere).toBe(true);
  });

  test('a whole workflow that is refused names the node where the host does', () => {
    const refusal = new HostRefusal('missing_node_type', "Node 'Face' not found: Node ID '#11'", {
      node: { node_id: '11', class_type: 'FaceDetailer' },
    });
    const { wire, elsewhere } = explainRefusal(refusal, 'Cellar');
    expect(wire.message).toBe(
      "Cellar refused the workflow at node 11 (FaceDetailer): Node 'Face' not found: Node ID '#11'.",
    );
    expect(wire.field).toBe('11');
    expect(elsewhere).toBe(true);
  });

  test('a value that is no name of a file is wrong on every host', () => {
    const refusal = new HostRefusal('prompt_outputs_failed_validation', 'x', {
      nodeErrors: {
        '3': {
          class_type: 'KSampler',
          errors: [
            { type: 'value_not_in_list', message: 'Value not in list', details: "mode: 'a' not in []" },
          ],
        },
      },
    });
    expect(explainRefusal(refusal, 'Cellar').elsewhere).toBe(false);
  });

  test('a file that one host lacks may be on another; a bad value is bad everywhere', () => {
    let forgotten = 0;
    const host = { name: 'Cellar', forgetCapabilities: () => forgotten++ };
    expect(asRunFailure(refused('value_not_in_list'), host).failure).toBe('host');
    expect(forgotten).toBe(1);
    expect(asRunFailure(refused('value_smaller_than_min'), host).failure).toBe('permanent');
    expect(forgotten).toBe(1);
  });
});

describe('classes of failure', () => {
  const host = { name: 'Cellar', forgetCapabilities: () => undefined };
  const coded = (code: string) => Object.assign(new Error('said'), { code });

  test.each([
    ['storage_full', 'storage'],
    ['storage_failed', 'storage'],
    ['no_host_has_file', 'host'],
    ['image_invalid', 'host'],
    ['invalid_input', 'permanent'],
    ['data_error', 'permanent'],
  ])('%s is %s', (code, failure) => {
    expect(asRunFailure(coded(code), host).failure).toBe(failure);
  });

  test('what nobody foresaw is asked about before it is repeated', () => {
    expect(asRunFailure(new TypeError('bug'), host).failure).toBe('ambiguous');
  });

  test('a refused connection has never been heard by the host; a cut one may have been', () => {
    const cause = (code: string) => new TypeError('fetch failed', { cause: coded(code) });
    expect(new HostUnreachable('u', cause('ECONNREFUSED')).neverSent).toBe(true);
    expect(new HostUnreachable('u', cause('ECONNRESET')).neverSent).toBe(false);
    expect(new HostUnreachable('u', cause('ECONNREFUSED')).reason).toBe('the connection was refused');
  });
});
