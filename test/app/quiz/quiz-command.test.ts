import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const fixture = (name: string) => `test/app/quiz/fixtures/${name}.md`;

function quiz(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/quiz.mjs', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, stderr, lines: stdout.trimEnd().split('\n') };
}

describe('npm run quiz', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quiz-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('counts the questions of a page with two quizzes between fences', () => {
    expect(quiz(fixture('page'))).toEqual({ status: 0, stderr: '', lines: ['2 questions, 0 problems'] });
  });

  it('prints each problem as file:line and ends with 1 at an error', () => {
    const { status, lines } = quiz(fixture('broken-questions'));
    expect(status).toBe(1);
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      `${fixture('broken-questions')}:3`,
      `${fixture('broken-questions')}:8`,
      `${fixture('broken-questions')}:18`,
      '2 questions, 3 problems',
    ]);
  });

  it('ends with 0 when there are only warnings, and marks them', () => {
    const { status, lines } = quiz(fixture('02-quote-without-blank-line'));
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/02-quote-without-blank-line\.md:6: warning: leave a blank line/);
    expect(lines.at(-1)).toBe('1 questions, 1 problems');
  });

  it('reads as upstream does on request', () => {
    const { status, lines } = quiz('--strict-upstream', fixture('04-lone-rule'));
    expect(status).toBe(1);
    expect(lines.at(-1)).toBe('0 questions, 1 problems');
  });

  it('checks the rules of good questions on request', () => {
    expect(quiz(fixture('11-feedback')).lines).toEqual(['1 questions, 0 problems']);
    expect(quiz('--rules', fixture('11-feedback')).lines.at(-1)).toBe('1 questions, 2 problems');
  });

  it('says so when a file is missing, is a folder or is no text, and still reads the others', () => {
    const missing = join(folder, 'nowhere.md');
    const picture = join(folder, 'picture.png');
    writeFileSync(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff]));
    const { status, lines } = quiz(missing, folder, picture, fixture('11-feedback'));
    expect(status).toBe(1);
    expect(lines).toEqual([
      `${missing}:1: there is no such file`,
      `${folder}:1: this is a folder, not a file`,
      `${picture}:1: this is not a text file`,
      '1 questions, 3 problems',
    ]);
  });

  it('explains itself when called without a file or with an unknown flag', () => {
    const { status, lines } = quiz();
    expect(status).toBe(2);
    expect(lines[0]).toBe('Usage: npm run quiz -- [--rules] [--strict-upstream] FILE...');
    expect(quiz('--nonsense', 'a.md').stderr).toContain('Unknown flag --nonsense');
  });
});
