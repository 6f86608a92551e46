/** One boundary between two panes, in per mille of the whole group: what lies before it takes `value`. */
export interface Boundary {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** What a double click gives back. */
  readonly initial: number;
}

/** Keys move a boundary by this much, in per mille; with Shift by the larger step. */
const STEP = 20;
const LARGE_STEP = 100;

/** A value kept within what both neighbours need. */
export function clamp({ min, max }: Pick<Boundary, 'min' | 'max'>, value: number): number {
  return Math.round(Math.min(Math.max(value, min), Math.max(min, max)));
}

/**
 * Where a key moves a boundary to; `null` when the key means nothing here.
 *
 * @param axis - `x`: the panes lie side by side, and left and right move it; `y`: up and down do.
 */
export function moveByKey(
  boundary: Boundary,
  axis: 'x' | 'y',
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
): number | null {
  const step = shiftKey ? LARGE_STEP : STEP;
  switch (key) {
    case axis === 'x' ? 'ArrowLeft' : 'ArrowUp':
      return clamp(boundary, boundary.value - step);
    case axis === 'x' ? 'ArrowRight' : 'ArrowDown':
      return clamp(boundary, boundary.value + step);
    case 'Home':
      return clamp(boundary, boundary.min);
    case 'End':
      return clamp(boundary, boundary.max);
    case 'Enter':
      return clamp(boundary, boundary.initial);
    default:
      return null;
  }
}

/** Where a pointer puts a boundary. `at` and the group are in px of the same axis. */
export function moveByPointer(
  boundary: Boundary,
  at: number,
  group: { readonly start: number; readonly length: number },
): number {
  if (group.length <= 0) return boundary.value;
  return clamp(boundary, ((at - group.start) / group.length) * 1000);
}

/** The panes of a lesson on a wide screen, in per mille. Columns are of the width, rows of their column's height. */
export interface WorkspaceSizes {
  /** Right edge of the lesson's prose. */
  readonly lesson: number;
  /** Right edge of the editor. */
  readonly editor: number;
  /** Lower edge of the picture; the checks lie under it. */
  readonly picture: number;
  /** The same where nothing is checked. */
  readonly pictureAlone: number;
  /** Lower edge of the editor; the console lies under it. */
  readonly editorHeight: number;
}

export const INITIAL_SIZES: WorkspaceSizes = {
  lesson: 260,
  editor: 585,
  picture: 750,
  pictureAlone: 940,
  editorHeight: 700,
};

/** What a pane keeps at least, in per mille. */
const LEAST_COLUMN = 160;
const LEAST_ROW = 150;
/** Checks without an exercise are one line. */
const LEAST_LINE = 60;

export const BOUNDARIES = ['lesson', 'editor', 'picture', 'pictureAlone', 'editorHeight'] as const;
export type BoundaryName = (typeof BOUNDARIES)[number];

/** Bounds of one boundary as its neighbours stand now. */
export function boundaryOf(sizes: WorkspaceSizes, name: BoundaryName): Boundary {
  const common = { value: sizes[name], initial: INITIAL_SIZES[name] };
  switch (name) {
    case 'lesson':
      return { ...common, min: LEAST_COLUMN, max: sizes.editor - LEAST_COLUMN };
    case 'editor':
      return { ...common, min: sizes.lesson + LEAST_COLUMN, max: 1000 - LEAST_COLUMN };
    case 'picture':
    case 'editorHeight':
      return { ...common, min: LEAST_ROW, max: 1000 - LEAST_ROW };
    case 'pictureAlone':
      return { ...common, min: LEAST_ROW, max: 1000 - LEAST_LINE };
    default:
      return unreachable(name);
  }
}

/** Sizes as stored, made fit: what is missing or impossible becomes what it was at first. */
export function readSizes(stored: Readonly<Record<string, number>> | null): WorkspaceSizes {
  const known = Object.fromEntries(
    Object.entries(stored ?? {}).filter(([name]) => BOUNDARIES.some((own) => own === name)),
  );
  const sizes: WorkspaceSizes = { ...INITIAL_SIZES, ...known };
  const fits = (name: BoundaryName) => {
    const boundary = boundaryOf(sizes, name);
    return clamp(boundary, boundary.value) === boundary.value;
  };
  return BOUNDARIES.every(fits) ? sizes : INITIAL_SIZES;
}

function unreachable(name: never): never {
  throw new Error(`Cannot size a boundary as its name is unknown: received ${String(name)}`);
}
