import * as v from 'valibot';
import { isNode, LineCounter, parseDocument } from 'yaml';

/** Something to mend in a lesson. `line` is 1-based. */
export interface LessonProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A Markdown file of a lesson, split. */
export interface FrontMatter<T> {
  readonly data: T;
  readonly body: string;
  /** Line of the file on which the body begins. */
  readonly bodyLine: number;
}

const text = v.pipe(v.string(), v.trim(), v.minLength(1));
const id = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens'),
);
const option = v.strictObject({ id, text });
const distinctOptions = v.pipe(
  v.array(option),
  v.minLength(2),
  v.check(
    (options) => new Set(options.map((one) => one.id)).size === options.length,
    'options must have different ids',
  ),
);

/** The longest a lesson may take. */
export const MAX_MINUTES = 12;

/** Front matter of `lesson.md`. */
export const lessonSchema = v.strictObject({
  title: text,
  goal: text,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_MINUTES)),
  module: id,
  quiz: v.optional(v.nullable(id), null),
  prerequisites: v.optional(v.array(id), []),
  threads: v.optional(v.array(id), []),
  labels: v.pipe(v.array(text), v.minLength(2), v.maxLength(6)),
});

const prediction = v.variant('kind', [
  v.strictObject({ id, kind: v.literal('choice'), asks: text, options: distinctOptions }),
  v.strictObject({ id, kind: v.literal('order'), asks: text, options: distinctOptions }),
  v.strictObject({
    id,
    kind: v.literal('number'),
    asks: text,
    unit: text,
    min: v.pipe(v.number(), v.integer()),
    max: v.pipe(v.number(), v.integer()),
  }),
]);

/** Front matter of a step's `step.md`. */
export const stepSchema = v.strictObject({
  title: text,
  goal: text,
  kind: v.picklist(['example', 'exercise']),
  speed: v.optional(
    v.union([
      v.picklist(['full', 'step']),
      v.strictObject({ deliveriesPerSecond: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1000)) }),
    ]),
    'full',
  ),
  predictions: v.optional(v.array(prediction), []),
});

/** Reads the YAML between the leading `---` lines as `schema` says; what does not fit becomes a problem at its line. */
export function readFrontMatter<T>(
  file: string,
  source: string,
  schema: v.GenericSchema<unknown, T>,
): FrontMatter<T> | readonly LessonProblem[] {
  const match = /^---\n([\s\S]*?)\n---\n/.exec(source);
  if (!match) return [{ file, line: 1, message: 'must begin with front matter between two lines of ---' }];
  const lines = new LineCounter();
  const document = parseDocument(match[1] ?? '', { lineCounter: lines });
  // The YAML begins on line 2 of the file.
  const lineAt = (offset: number) => lines.linePos(offset).line + 1;
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      file,
      line: lineAt(error.pos[0]),
      message: error.message.split('\n')[0] ?? error.message,
    }));
  }
  const parsed = v.safeParse(schema, document.toJS());
  if (!parsed.success) {
    return parsed.issues.map((issue) => {
      const path = issue.path?.map((part) => part.key) ?? [];
      return {
        file,
        line: lineAt(offsetOf(document, path)),
        message: `${path.join('.') || 'front matter'}: ${issue.message}`,
      };
    });
  }
  const before = match[0];
  return { data: parsed.output, body: source.slice(before.length), bodyLine: before.split('\n').length };
}

/** Where the nearest node on the way to `path` begins. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly unknown[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
