import * as v from 'valibot';
import { parse } from 'yaml';

const registry = v.record(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)), v.pipe(v.string(), v.nonEmpty()));

/**
 * Reads the registry of misconceptions: for each id one sentence that says what is true instead.
 *
 * @throws {v.ValiError} when an id or a sentence does not fit.
 */
export function readMisconceptions(yaml: string): Readonly<Record<string, string>> {
  return v.parse(registry, parse(yaml));
}
