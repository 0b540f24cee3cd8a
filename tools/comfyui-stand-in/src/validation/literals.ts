import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { inputConfig } from '../nodes/object-info.ts';
import type { InputSpec } from '../nodes/types.ts';
import type { Profile } from '../options.ts';
import type { ValidationError } from './errors.ts';
import { validationError } from './errors.ts';
import { floatText, PythonError, repr, str, toBool, toFloat, toInt } from './python.ts';

/** A list longer than this is not printed in an error. */
const longestEcho = 20;

export interface LiteralInput {
  name: string;
  spec: InputSpec;
  profile: Profile;
  /** Limits and lists are skipped where the node has a check of its own. */
  exempt: boolean;
}

/** Checks one literal; what was converted is written back into the graph. null: it is fine. */
export function checkLiteral(inputs: JsonObject, input: LiteralInput): ValidationError | null {
  const { name, spec } = input;
  const raw = inputs[name];
  if (isObject(raw) && Object.hasOwn(raw, '__value__')) inputs[name] = raw.__value__;
  const value = inputs[name];
  try {
    inputs[name] = converted(spec, value);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return validationError(
      'invalid_input_type',
      `Failed to convert an input value to a ${kindOf(spec)} value`,
      `${name}, ${str(value)}, ${error.message}`,
      {
        input_name: name,
        input_config: inputConfig(spec),
        received_value: value,
        exception_message: error.message,
      },
    );
  }
  if (input.exempt) return null;
  return spec.kind === 'combo' ? checkChoice(inputs[name], input) : checkLimits(inputs[name], input);
}

function converted(spec: InputSpec, value: unknown): unknown {
  if (spec.kind !== 'widget') return value;
  if (spec.type === 'INT') return toInt(value);
  if (spec.type === 'FLOAT') return toFloat(value);
  return spec.type === 'STRING' ? str(value) : toBool(value);
}

const kindOf = (spec: InputSpec): string => (spec.kind === 'combo' ? 'COMBO' : spec.type);

function checkLimits(value: unknown, { name, spec }: LiteralInput): ValidationError | null {
  if (spec.kind !== 'widget' || (typeof value !== 'number' && typeof value !== 'bigint')) return null;
  const text = (amount: number | bigint): string =>
    spec.type === 'FLOAT' ? floatText(Number(amount)) : repr(amount);
  const extra = { input_name: name, input_config: inputConfig(spec), received_value: value };
  if (spec.min !== undefined && value < spec.min) {
    const message = `Value ${text(value)} smaller than min of ${text(spec.min)}`;
    return validationError('value_smaller_than_min', message, name, extra);
  }
  if (spec.max !== undefined && value > spec.max) {
    const message = `Value ${text(value)} bigger than max of ${text(spec.max)}`;
    return validationError('value_bigger_than_max', message, name, extra);
  }
  return null;
}

function checkChoice(value: unknown, { name, spec, profile }: LiteralInput): ValidationError | null {
  if (spec.kind !== 'combo' || (spec.v3 && profile === 'OLD')) return null;
  const choices = spec.choices();
  if (choices.some((choice) => choice === value)) return null;
  const isLong = choices.length > longestEcho;
  const list = isLong ? `(list of length ${choices.length})` : repr(choices);
  const shown = profile === 'NEW' && typeof value === 'string' ? repr(value) : `'${str(value)}'`;
  return validationError('value_not_in_list', 'Value not in list', `${name}: ${shown} not in ${list}`, {
    input_name: name,
    input_config: isLong ? null : inputConfig(spec),
    received_value: value,
  });
}
