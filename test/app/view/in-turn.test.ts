import { describe, expect, it } from 'vitest';
import { InTurn } from '$lib/view/in-turn.ts';

const cards = (count: number, handled: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `stage ${i}`, counts: [{ word: 'handled', handled }] }));

const handledOf = (
  shown: ReadonlyMap<string, { readonly counts: readonly { readonly handled: number }[] }>,
) => Array.from(shown.values(), ({ counts }) => counts[0]?.handled);

describe('InTurn', () => {
  it('shows all cards at first, and those that are new at once', () => {
    const turns = new InTurn();
    expect(turns.update(cards(12, 0)).size).toBe(12);
    expect(turns.isBehind).toBe(false);
    expect([...turns.update(cards(14, 0)).keys()]).toContain('stage 13');
    expect([...turns.update(cards(2, 0)).keys()]).toEqual(['stage 0', 'stage 1']);
  });

  it('shows a few that changed at once', () => {
    const turns = new InTurn<ReturnType<typeof cards>[number]>();
    turns.update(cards(12, 0));
    const next = [...cards(3, 1), ...cards(12, 0).slice(3)];
    expect(handledOf(turns.update(next))).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(turns.isBehind).toBe(false);
  });

  it('writes a fifth of many at a time, and is even five frames after the last change', () => {
    for (const count of [4, 12, 60]) {
      const turns = new InTurn<ReturnType<typeof cards>[number]>();
      turns.update(cards(count, 0));
      let before = turns.update(cards(count, 1));
      for (let frame = 2; frame <= 5; frame += 1) {
        const shown = turns.update(cards(count, 1));
        const anew = Array.from(shown).filter(([id, card]) => before.get(id) !== card);
        expect(anew.length).toBeLessThanOrEqual(Math.max(3, count / 5 + 1));
        before = shown;
      }
      expect(turns.isBehind).toBe(false);
      expect(handledOf(before)).toEqual(Array.from({ length: count }, () => 1));
    }
  });

  it('writes one of twelve at a time while all change in every frame, and lets nobody wait longer than twelve', () => {
    for (const count of [3, 12, 48]) {
      const turns = new InTurn<ReturnType<typeof cards>[number]>();
      let before = turns.update(cards(count, 0));
      for (let frame = 1; frame < 60; frame += 1) {
        const shown = turns.update(cards(count, frame));
        const anew = Array.from(shown).filter(([id, card]) => before.get(id) !== card);
        if (frame > 3) expect(anew).toHaveLength(Math.ceil(count / 12));
        expect(frame - Math.min(...handledOf(shown).map((own) => own ?? 0))).toBeLessThan(12);
        before = shown;
      }
      for (let frame = 0; frame < 7; frame += 1) turns.update(cards(count, 59));
      expect(turns.isBehind).toBe(false);
    }
  });

  it('takes frames without news among others for the same motion', () => {
    const turns = new InTurn<ReturnType<typeof cards>[number]>();
    let before = turns.update(cards(12, 0));
    for (let frame = 1; frame < 60; frame += 1) {
      const shown = turns.update(cards(12, Math.ceil(frame / 2)));
      if (frame > 8)
        expect(Array.from(shown).filter(([id, card]) => before.get(id) !== card)).toHaveLength(1);
      before = shown;
    }
  });

  it('is even seven frames after the last change, however long all changed before', () => {
    const turns = new InTurn<ReturnType<typeof cards>[number]>();
    for (let frame = 0; frame < 30; frame += 1) turns.update(cards(60, frame));
    expect(turns.isBehind).toBe(true);
    for (let frame = 0; frame < 7; frame += 1) turns.update(cards(60, 29));
    expect(turns.isBehind).toBe(false);
  });

  it('writes those in sight first, and the others within a second of frames', () => {
    const turns = new InTurn<ReturnType<typeof cards>[number]>();
    const isSeen = (id: string) => Number(id.slice('stage '.length)) < 3;
    turns.update(cards(12, 0), isSeen);
    for (let frame = 1; frame < 120; frame += 1) {
      const shown = handledOf(turns.update(cards(12, frame), isSeen)).map((own) => own ?? 0);
      expect(frame - Math.min(...shown.slice(0, 3))).toBeLessThan(12);
      expect(frame - Math.min(...shown)).toBeLessThan(60);
    }
    for (let frame = 0; frame < 7; frame += 1) turns.update(cards(12, 120), isSeen);
    expect(turns.isBehind).toBe(false);
  });

  it('keeps a card that reads as before', () => {
    const turns = new InTurn<ReturnType<typeof cards>[number]>();
    const first = turns.update(cards(2, 7));
    expect(turns.update(cards(2, 7)).get('stage 1')).toBe(first.get('stage 1'));
  });
});
