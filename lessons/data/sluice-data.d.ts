// What a program imports from `sluice/data`: the types that index.ts must keep, and that the editor shows.

/** One domestic flight within the United States, January to March 2001. */
export interface Flight {
  /** Scheduled departure as it was reported, read as UTC: `"2001/01/14 21:55"`. */
  readonly date: string;
  /** The same moment in milliseconds since 1970-01-01T00:00Z. */
  readonly time: number;
  /** Minutes late on arrival; negative when early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  /** Airport code, three letters. */
  readonly origin: string;
  /** Airport code, three letters. */
  readonly destination: string;
}

/** 10,000 flights, in the order of their scheduled departure. Source: `vega-datasets`, flights-10k. */
export declare const flights: readonly Flight[];
