import type { Location, Message } from 'esbuild-wasm';
import type { SourcePlace } from 'sluice';
import { PROGRAM } from './compile-plugin.ts';
import type { OfferedExports } from './compiled.ts';
import { nearestName } from './nearest-name.ts';
import type { Problem } from './run-view.ts';

/** esbuild's message in our words, at the learner's line. */
export function problemOf(message: Message, severity: Problem['severity'], offered: OfferedExports): Problem {
  const place = placeOf(message.location);
  const { text, hint } = worded(message, offered);
  return {
    severity,
    phase: 'compile',
    message: text,
    ...(hint === undefined ? {} : { hint }),
    ...(place === null ? {} : { place }),
  };
}

/** A file's name as the learner gave it. */
export function fileNameOf(path: string): string {
  return path.startsWith(`${PROGRAM}:`) ? path.slice(PROGRAM.length + 1) : path;
}

/** The two ways in which esbuild says that a name is not exported. */
const MISSING_EXPORT = [
  /^No matching export in "\w[\w-]*:(?<module>[^"]+)" for import "(?<name>[^"]+)"$/,
  /^Import "(?<name>[^"]+)" will always be undefined .* no matching export in "\w[\w-]*:(?<module>[^"]+)"$/,
];

/** A longer list of names would not be read. */
const LISTED_NAMES = 8;

interface Words {
  readonly text: string;
  readonly hint?: string;
}

function worded({ id, text, detail, notes }: Message, offered: OfferedExports): Words {
  if (id === 'unsupported-dynamic-import' || id === 'unsupported-require-call') {
    return {
      text: 'Cannot import what is known only while the program runs',
      hint: 'Import with a fixed name in quotes.',
    };
  }
  for (const pattern of MISSING_EXPORT) {
    const { module, name } = pattern.exec(text)?.groups ?? {};
    if (module !== undefined && name !== undefined) return withoutExport(module, name, offered);
  }
  if (isImportDetail(detail)) return { text, hint: detail.hint };
  const note = notes[0]?.text;
  return note === undefined ? { text } : { text, hint: note };
}

function withoutExport(module: string, name: string, offered: OfferedExports): Words {
  const names = isOffered(module) ? offered[module] : null;
  if (name === 'default') {
    const from = names === null ? `./${module}` : module;
    return {
      text: `${module} has no default export`,
      hint: `Name what you need in braces: import { … } from "${from}".`,
    };
  }
  const text = `${module} has no export "${name}"`;
  if (names === null) return { text, hint: `Export it from ${module}, or import another name.` };
  const near = nearestName(name, names);
  if (near !== null) return { text: `${text}; did you mean "${near}"?` };
  return {
    text,
    hint:
      names.length > LISTED_NAMES
        ? 'Within the braces, Ctrl+Space lists what can be imported.'
        : `It exports ${names.join(', ')}.`,
  };
}

function isOffered(module: string): module is keyof OfferedExports {
  return module === 'sluice' || module === 'sluice/data';
}

function isImportDetail(detail: unknown): detail is { hint: string } {
  return typeof detail === 'object' && detail !== null && 'hint' in detail && typeof detail.hint === 'string';
}

/** esbuild counts columns from 0 in bytes of UTF-8; places count from 1 in UTF-16 units, as editors do. */
function placeOf(location: Location | null): SourcePlace | null {
  if (location === null) return null;
  const before = new TextEncoder().encode(location.lineText).slice(0, location.column);
  return {
    file: fileNameOf(location.file),
    line: location.line,
    column: new TextDecoder().decode(before).length + 1,
  };
}
