/**
 * A value as a list of all that two of them can differ in: kinds, prototypes, keys and their order, holes, -0, and which
 * objects are the same one.
 */
export function anatomy(value: unknown): readonly string[] {
  const lines: string[] = [];
  const numbers = new Map<object, number>();
  const look = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) {
      lines.push(`${path}: ${typeof part} ${Object.is(part, -0) ? '-0' : String(part)}`);
      return;
    }
    const number = numbers.get(part);
    if (number !== undefined) {
      lines.push(`${path}: the same as ${number}`);
      return;
    }
    numbers.set(part, numbers.size);
    const tag = Object.prototype.toString.call(part);
    const prototype: unknown = Object.getPrototypeOf(part);
    lines.push(`${path}: ${tag} ${prototype === null ? 'null' : nameOf(prototype)}`);
    if (part instanceof Date) lines.push(`${path}: ${part.getTime()}`);
    if (Array.isArray(part)) lines.push(`${path}: of ${part.length}`);
    if (part instanceof Map) {
      for (const [i, [key, item]] of [...part].entries()) {
        look(key, `${path}.key ${i}`);
        look(item, `${path}.item ${i}`);
      }
    }
    if (part instanceof Set) for (const [i, item] of [...part].entries()) look(item, `${path}.item ${i}`);
    for (const [key, { value: item, writable, enumerable, configurable }] of Object.entries(
      Object.getOwnPropertyDescriptors(part),
    )) {
      if (key === 'length' && Array.isArray(part)) continue;
      lines.push(`${path}[${JSON.stringify(key)}] ${[writable, enumerable, configurable].join()}`);
      look(item, `${path}[${JSON.stringify(key)}]`);
    }
  };
  look(value, '');
  return lines;
}

function nameOf(prototype: unknown): string {
  const known = [Object, Array, Map, Set, Date].find((each) => each.prototype === prototype);
  return known?.name ?? 'of another class';
}
