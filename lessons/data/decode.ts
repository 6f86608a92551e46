import * as v from 'valibot';
import type { Flight } from './sluice-data.d.ts';

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
