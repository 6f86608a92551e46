import * as v from 'valibot';
import type { Chapter, Earthquake, Flight } from './sluice-data.d.ts';

const airport = v.pipe(v.string(), v.regex(/^[A-Z0-9]{3}$/));

const flight = v.pipe(
  v.object({
    date: v.pipe(v.string(), v.regex(/^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}$/)),
    delay: v.number(),
    distance: v.number(),
    origin: airport,
    destination: airport,
  }),
  v.transform((row): Flight => ({ ...row, time: utcMs(row.date) })),
);

/** `"2001/01/14 21:55"` as ms since the epoch, read as UTC. */
function utcMs(date: string): number {
  return Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}Z`);
}

/** The file `flights-10k.json` of vega-datasets as flights. @throws {v.ValiError} at the first row that is none. */
export function decodeFlights(json: unknown): readonly Flight[] {
  return v.parse(v.array(flight), json, { abortEarly: true });
}

const earthquake = v.pipe(
  v.object({
    properties: v.object({ time: v.number(), mag: v.number(), place: v.string(), type: v.string() }),
    geometry: v.object({ coordinates: v.tuple([v.number(), v.number(), v.number()]) }),
  }),
  v.transform(({ properties, geometry }): Earthquake => {
    const { time, mag: magnitude, place, type } = properties;
    const [longitude, latitude, depth] = geometry.coordinates;
    return { time, magnitude, place, type, longitude, latitude, depth };
  }),
);

/** The file `earthquakes.json` of vega-datasets as earthquakes, the earliest first. @throws {v.ValiError} where one is none. */
export function decodeEarthquakes(json: unknown): readonly Earthquake[] {
  const { features } = v.parse(v.object({ features: v.array(earthquake) }), json, { abortEarly: true });
  return features.toSorted((a, b) => a.time - b.time);
}

const HEADING = /^CHAPTER (\d+)\. (.+?)\.?$/;

/** A file `chapter_N.txt` of the book as a chapter. @throws {v.ValiError} when it does not begin with a heading. */
export function decodeChapter(text: string): Chapter {
  const [first] = text.split('\n', 1);
  const heading = v.parse(v.pipe(v.string(), v.regex(HEADING)), first);
  const [, number, title = ''] = HEADING.exec(heading) ?? [];
  return { number: Number(number), title, text };
}
