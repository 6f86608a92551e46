import { describe, expect, it } from 'vitest';
import { Replay, type PlanView } from 'sluice';
import { stageColours } from '$lib/view/stage-colours.ts';
import { paletteFrom, type Palette } from '$lib/view/svg/palette.ts';
import { pictureSvg } from '$lib/view/svg/picture-svg.ts';
import { escaped, lines, widthOf, written } from '$lib/view/svg/svg-text.ts';
import { firstRun } from './first-run.ts';
import { CRASH_AND_RESTART, entriesOf, link, stage, SUPERVISED } from './recorded.ts';

const light: Palette = {
  theme: 'light',
  colours: paletteFrom((token) => `#${token.length.toString(16).repeat(6).slice(0, 6)}`),
};
const dark: Palette = { theme: 'dark', colours: paletteFrom(() => '#ffffff') };
const room = { width: 700, height: 500 };

const run = await firstRun({ entryBudget: 400 });
const replay = new Replay(run.plan, run.entries);
const pictureAt = (at: number, palette = light) =>
  pictureSvg(
    { plan: run.plan, state: replay.at(at), entries: run.entries, at, surroundings: { placement: {} } },
    room,
    palette,
  );

/** Every tag that is opened is closed, in order: what a parser of XML would complain of first. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, , self] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!self && name) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.replaceAll(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\/?>/g, '')).not.toMatch(
    /[<>]|&(?!amp;|lt;|gt;|quot;)/,
  );
}

describe('pictureSvg()', () => {
  it('tells the moment in its title and its description', () => {
    const ask = run.entries.findLastIndex(({ type }) => type === 'ask') + 1;
    const { svg } = pictureAt(ask);
    expect(svg).toMatch(
      /<title id="title">A pipeline of 3 stages, 2 subscriptions, after \d+ of 40\d entries/,
    );
    expect(svg).toMatch(
      /<desc id="desc">\w+ asked \w+ for \d+ more: .* It had just handled .*evens, producer-consumer/,
    );
    expect(pictureAt(0).svg).toContain('before it runs</title>');
  });

  it('is well formed at every entry, and has every stage, count and demand', () => {
    for (let at = 0; at <= run.entries.length; at += 9) {
      const { svg, width, height } = pictureAt(at);
      expectWellFormed(svg);
      expect([width, height].every((pixels) => pixels > 0)).toBe(true);
      for (const { id } of run.plan.stages) expect(svg).toContain(`>${id}</text>`);
      const state = replay.at(at);
      for (const { id, maxDemand } of run.plan.subscriptions) {
        expect(svg).toContain(`>pending ${state.subscriptions[id]?.pending ?? 0} of ${maxDemand}</text>`);
      }
      expect(svg).toContain(`emitted ${state.stages['numbers']?.emitted ?? 0}</text>`);
    }
  });

  it('has the colours of its theme, and none that a page would have to know', () => {
    const one = pictureAt(100).svg;
    const other = pictureAt(100, dark).svg;
    expect(one).not.toMatch(/var\(|light-dark|currentcolor|NaN|undefined/i);
    const [numbers] = Object.values(stageColours(run.plan));
    const [, lightColour = '', darkColour = ''] = /light-dark\((\S+), (\S+)\)/.exec(numbers ?? '') ?? [];
    expect([one.includes(lightColour), other.includes(darkColour), other.includes(lightColour)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('writes values of a program as text', () => {
    const plan: PlanView = {
      stages: [stage('<b>&"', 'producer'), stage('sink', 'consumer')],
      subscriptions: [link('sink', '<b>&"')],
    };
    const entries = entriesOf(['<b>&"', { type: 'start', kind: 'producer', state: '</text><script>\u0000' }]);
    const state = new Replay(plan, entries).at(1);
    const { svg } = pictureSvg({ plan, state, entries, at: 1, surroundings: { placement: {} } }, room, light);
    expectWellFormed(svg);
    expect(svg).toContain('&lt;b&gt;&amp;&quot;');
    expect(svg.includes('<script') || svg.includes('\u0000')).toBe(false);
  });

  it('tells of supervisors, lives and crashes', () => {
    const at = CRASH_AND_RESTART.findIndex(({ type }) => type === 'crash') + 1;
    const state = new Replay(SUPERVISED, CRASH_AND_RESTART).at(at);
    const moment = {
      plan: SUPERVISED,
      state,
      entries: CRASH_AND_RESTART,
      at,
      surroundings: { placement: {} },
    };
    const { svg } = pictureSvg(moment, room, light);
    expect(svg).toContain('>crashed</text>');
    expect(svg).toMatch(/>keeper, supervisor of printer: one for one/);
  });
});

describe('written()', () => {
  it('writes all of a text, smaller and then pushed together where there is little room', () => {
    const long = 'a text of which there is much more than the room for it';
    const fill = '#000';
    expect(written('short', { x: 0, y: 0, fill, room: 200 })).toContain('font-size="12"');
    const smaller = written(long, { x: 0, y: 0, fill, room: widthOf(long) * 0.8 });
    expect(smaller).toContain('font-size="9.6"');
    expect(smaller).not.toContain('textLength');
    expect(written(long, { x: 0, y: 0, fill, room: 60 })).toContain('textLength="60"');
    expect(written(long, { x: 0, y: 0, fill, room: 60 })).toContain(long);
  });
});

describe('lines()', () => {
  it('keeps all words, in lines that fit', () => {
    const text = 'one two three four five six seven eight nine ten';
    const all = lines(text, 120);
    expect(all.join(' ')).toBe(text);
    expect(all.length).toBeGreaterThan(1);
    for (const line of all) expect(widthOf(line)).toBeLessThanOrEqual(120);
  });
});

describe('escaped()', () => {
  it('leaves out what XML may not hold', () => {
    expect(escaped('a\u0001b\uD800c😀')).toBe('abc😀');
  });
});
