import type { TraceValue } from 'sluice';
import type { MakerLog } from '../../view/accounts/maker-log.ts';

/** What of an event is its key: all of it, or one field. Of a list its fields are `0`, `1` … */
export type KeyChoice = { readonly type: 'whole' } | { readonly type: 'field'; readonly name: string };

/** Fields that are taken for the key unless somebody says otherwise. */
const LIKELY = ['key', 'id', 'name'];
/** Events that are looked at for their fields. */
const LOOKED_AT = 20;

const isList = (value: TraceValue): value is readonly TraceValue[] => Array.isArray(value);

/** The fields that events of a stage have, in their order; none of plain values. */
export function keyFields({ emissions }: MakerLog): readonly string[] {
  const names = new Set<string>();
  let seen = 0;
  for (const { values } of emissions) {
    for (const value of values) {
      if (value !== null && typeof value === 'object') for (const name of Object.keys(value)) names.add(name);
      seen += 1;
      if (seen === LOOKED_AT) return [...names];
    }
  }
  return [...names];
}

/** What is taken for the key: the event itself where it is a plain value, else a field that looks like it, else the first. */
export function likelyKey(fields: readonly string[]): KeyChoice {
  const name = LIKELY.find((one) => fields.includes(one)) ?? fields[0];
  return name === undefined ? { type: 'whole' } : { type: 'field', name };
}

/** The key of an event. */
export function keyOf(value: TraceValue, choice: KeyChoice): TraceValue {
  if (choice.type === 'whole' || value === null || typeof value !== 'object') return value;
  const own = isList(value) ? value[Number(choice.name)] : value[choice.name];
  return own ?? null;
}

/** A choice in words. */
export function keyChoiceText(choice: KeyChoice): string {
  if (choice.type === 'whole') return 'the whole event';
  return /^\d+$/.test(choice.name) ? `item ${Number(choice.name) + 1} of the list` : choice.name;
}
