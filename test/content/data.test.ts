import { chapters, earthquakes, flights } from 'sluice/data';
import { describe, expect, it } from 'vitest';
import { decodeChapter, decodeEarthquakes, decodeFlights } from '#lessons/data/decode.ts';

/** How many flights share a key; greatest first, ties by key. */
function countBy(key: (flight: (typeof flights)[number]) => string | number): [string | number, number][] {
  const counts = new Map<string | number, number>();
  for (const flight of flights) counts.set(key(flight), (counts.get(key(flight)) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

const DAY_MS = 86_400_000;

// The figures come from an independent program that read the same file.
describe('`flights`', () => {
  it('holds 10,000 flights of 201 origins', () => {
    expect(flights).toHaveLength(10_000);
    expect(countBy((flight) => flight.origin)).toHaveLength(201);
  });

  it('starts most often at DFW', () => {
    expect(countBy((flight) => flight.origin).slice(0, 10)).toEqual([
      ['DFW', 555],
      ['ORD', 553],
      ['ATL', 419],
      ['LAX', 393],
      ['PHX', 308],
      ['STL', 285],
      ['EWR', 235],
      ['LAS', 234],
      ['CLT', 221],
      ['MSP', 220],
    ]);
  });

  it('is latest on average from MIA, of the origins with at least 100 flights', () => {
    const means = countBy((flight) => flight.origin)
      .filter(([, count]) => count >= 100)
      .map(([origin, count]) => {
        const total = flights.reduce((sum, flight) => sum + (flight.origin === origin ? flight.delay : 0), 0);
        return [origin, Number((total / count).toFixed(6))] as const;
      })
      .sort(([, a], [, b]) => b - a);
    expect(means.slice(0, 3)).toEqual([
      ['MIA', 15.32],
      ['TPA', 13.571429],
      ['PHX', 13.431818],
    ]);
  });

  it('reads `date` as UTC into `time`', () => {
    const days = countBy((flight) => Math.floor(flight.time / DAY_MS) * DAY_MS);
    expect(days).toHaveLength(90);
    expect(days[0]).toEqual([980_294_400_000, 136]);
    expect(new Map(days).get(978_307_200_000)).toBe(105);
  });

  it('comes in the order of scheduled departure', () => {
    expect(flights.every((flight, i) => i === 0 || flight.time >= (flights[i - 1]?.time ?? 0))).toBe(true);
  });
});

describe('`decodeFlights()`', () => {
  it('rejects a row that is no flight', () => {
    const row = { date: '2001/01/01 00:47', delay: 66, distance: 1750, origin: 'DTW', destination: 'LAS' };
    expect(decodeFlights([row])).toEqual([{ ...row, time: Date.UTC(2001, 0, 1, 0, 47) }]);
    expect(() => decodeFlights([{ ...row, origin: 7 }])).toThrow();
    expect(() => decodeFlights([{ ...row, date: 'soon' }])).toThrow();
  });
});

describe('`earthquakes`', () => {
  it('holds 1,707 earthquakes, in the order in which they happened', () => {
    expect(earthquakes).toHaveLength(1707);
    expect(earthquakes.every((one, i) => one.time >= (earthquakes[i - 1]?.time ?? 0))).toBe(true);
  });

  it('has the strongest near Taiwan', () => {
    const strongest = earthquakes.reduce((a, b) => (b.magnitude > a.magnitude ? b : a));
    expect([strongest.magnitude, strongest.place]).toEqual([6.4, '22km NNE of Hualian, Taiwan']);
  });
});

describe('`decodeEarthquakes()`', () => {
  it('rejects a row without a magnitude', () => {
    const properties = { time: 1, mag: 2, place: 'here', type: 'earthquake' };
    const geometry = { coordinates: [3, 4, 5] };
    expect(decodeEarthquakes({ features: [{ properties, geometry }] })).toEqual([
      { time: 1, magnitude: 2, place: 'here', type: 'earthquake', longitude: 3, latitude: 4, depth: 5 },
    ]);
    expect(() =>
      decodeEarthquakes({ features: [{ properties: { ...properties, mag: null }, geometry }] }),
    ).toThrow();
  });
});

describe('`chapters`', () => {
  it('holds the 135 chapters of the book, numbered from 1', () => {
    expect(chapters.map(({ number }) => number)).toEqual(Array.from({ length: 135 }, (_, i) => i + 1));
    expect(chapters.map(({ text }) => text).join('\n')).toHaveLength(1_189_652);
    expect(chapters[0]?.title).toBe('Loomings');
  });
});

describe('`decodeChapter()`', () => {
  it('rejects a text without a heading', () => {
    expect(decodeChapter('CHAPTER 7. The Chapel.\n\nIn')).toMatchObject({ number: 7, title: 'The Chapel' });
    expect(() => decodeChapter('In this same New Bedford')).toThrow();
  });
});
