import { describe, expect, it } from 'vitest';
import { readRules, titlesIn } from './rules.ts';

describe('the rules of GenStage and Flow', () => {
  it('are held by a test or a recording, or say why not; no test names a rule that does not exist', async () => {
    const { rules, problems } = await readRules();
    expect(rules.filter(({ id }) => id.startsWith('GS')).length).toBeGreaterThan(170);
    expect(rules.filter(({ id }) => id.startsWith('FL')).length).toBeGreaterThan(100);
    expect(problems).toEqual([]);
  }, 120_000);
});

describe('titlesIn()', () => {
  it('finds the titles of tests and groups, and of no skipped one', () => {
    const source = `
      describe('GS-001 a', () => {
        it(\`GS-002 \${b}\`, () => {});
        it.each([1])('GS-003 c', () => {});
        it.skip('GS-004 d', () => {});
        describe.skip('GS-005', () => { it('GS-006 e', () => {}); });
        expect('GS-007').toBe('GS-008');
        // it('GS-009')
        gives('FL-001 f', 1);
        gives('no rule', 1);
        const known = find('FL-002 g');
        it.each([['FL-003 h', 1], ['i', 2]])('%s', () => {});
        it.skip.each([['FL-004 j']])('%s', () => {});
      });`;
    expect(titlesIn(source)).toEqual(['GS-001 a', 'GS-002 ${b}', 'GS-003 c', 'FL-001 f', '%s', 'FL-003 h']);
  });
});
