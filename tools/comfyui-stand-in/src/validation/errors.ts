import type { JsonObject } from '../json.ts';

export interface ValidationError {
  type: string;
  message: string;
  details: string;
  extra_info: JsonObject;
}

export interface NodeErrors {
  errors: ValidationError[];
  dependent_outputs: string[];
  class_type: string;
}

export const validationError = (
  type: string,
  message: string,
  details = '',
  extra: JsonObject = {},
): ValidationError => ({ type, message, details, extra_info: extra });
