/** How a column of values is written. */
export const COLUMN = {
  /** Each value with its tag. */
  mixed: 0,
  /** Integers of 32 bits. */
  ints: 1,
  /** Any numbers. */
  doubles: 2,
  texts: 3,
  /** Plain records of one shape: the shape, then a column for each field. */
  records: 4,
  /** Arrays of one length: the length, then a column for each place. */
  tuples: 5,
} as const;

/** What a value that is written alone begins with. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** An integer of 32 bits. */
  int: 4,
  double: 5,
  text: 6,
  /** Of 64 bits. */
  bigint: 7,
  date: 8,
  array: 9,
  record: 10,
  map: 11,
  set: 12,
} as const;

/** What a message begins with. The frequent ones have forms of their own. */
export const MESSAGE = { other: 0, events: 1, ask: 2 } as const;

/** What a batch begins with: `forget`: the tables of texts and shapes begin anew. */
export const BATCH = { goesOn: 0, forget: 1 } as const;

/** How the units of a text are written: one byte each, two bytes each, or as UTF-8 behind its size in four bytes. */
export const FORM = { narrow: 0, wide: 1, utf8: 2 } as const;

/** Texts up to this length, in UTF-16 units, are remembered: when they come again, two bytes stand for them. */
export const MAX_REMEMBERED_LENGTH = 48;
/** Texts that a line remembers in each direction; one that comes in the place of another drives it out. A power of two. */
export const TEXTS = 2_048;
/** Shapes of records that are remembered, likewise. */
export const SHAPES = 64;

/** Code of a text: its place in the table; or `told` and the place, or `new`: then the text itself comes, too. */
export const TEXT = { told: 0x8000, new: 0xffff } as const;
/** Code of a shape: its place; or `told` and the place, then its fields. */
export const SHAPE_TOLD = 0x80;

/** More fields than this are no shape: such a record is rather a dictionary. */
export const MAX_FIELDS = 64;
/** Longer arrays are no tuples. */
export const MAX_TUPLE = 8;
/**
 * The texts of a column are read together, as parts of a text this long, in UTF-16 units: each keeps it in memory, so it must
 * not be long.
 */
export const TEXTS_TOGETHER = 1_024;
/** Values that lie deeper have no compact form. */
export const MAX_DEPTH = 32;
/** Bytes of a batch that has a compact form. What is larger is cloned. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;
