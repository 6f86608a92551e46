import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../../scripts/cli/arguments.ts';

const DEFAULTS = {
  kind: 'run',
  file: 'pipeline.ts',
  workers: null,
  seed: null,
  placement: 'spread',
  weather: null,
  trace: null,
  progress: false,
  timeoutS: null,
} as const;

describe('parseArguments()', () => {
  it('reads a run with every option, in any order and with either way to give a value', () => {
    expect(parseArguments(['run', 'pipeline.ts'])).toEqual(DEFAULTS);
    expect(
      parseArguments([
        'run',
        '--workers=3',
        '--seed',
        '0',
        'pipeline.ts',
        '--placement',
        'pack',
        '--trace',
        'out.jsonl',
        '--progress',
        '--timeout=0.5',
      ]),
    ).toEqual({
      ...DEFAULTS,
      workers: 3,
      seed: 0,
      placement: 'pack',
      trace: 'out.jsonl',
      progress: true,
      timeoutS: 0.5,
    });
  });

  it('reads a replay, and takes what follows -- for a file', () => {
    const replay = { kind: 'replay', file: 'out.jsonl', at: null, step: false, stage: null };
    expect(parseArguments(['replay', 'out.jsonl'])).toEqual(replay);
    expect(parseArguments(['replay', '--at', '12', '--stage', 'evens', '--', '-x'])).toEqual({
      ...replay,
      file: '-x',
      at: 12,
      stage: 'evens',
    });
  });

  it('gives help about a command, wherever it was asked for', () => {
    expect(parseArguments([])).toEqual({ kind: 'help', about: null });
    expect(parseArguments(['--help'])).toEqual({ kind: 'help', about: null });
    expect(parseArguments(['run', 'x.ts', '--help'])).toEqual({ kind: 'help', about: 'run' });
    expect(parseArguments(['help', 'replay'])).toEqual({ kind: 'help', about: 'replay' });
    expect(parseArguments(['--version'])).toEqual({ kind: 'version' });
  });

  it.each([
    [['rnu', 'x.ts'], 'must be run or replay; did you mean "run"?'],
    [['run'], 'none was named'],
    [['run', 'a.ts', 'b.ts'], 'received "a.ts" and "b.ts"'],
    [['run', 'a.ts', '--wrokers', '2'], 'has no such option; did you mean "--workers"?'],
    [['run', 'a.ts', '--step'], 'has no such option; it belongs to sluice replay'],
    [['run', 'a.ts', '--workers', '0'], 'must be a whole number from 1 to 64: received "0"'],
    [['run', 'a.ts', '--workers', '65'], 'received "65"'],
    [['run', 'a.ts', '--workers', '2.5'], 'received "2.5"'],
    [['run', 'a.ts', '--workers'], 'without a value: received none'],
    [['run', 'a.ts', '--workers', '--progress'], 'without a value: received "--progress"'],
    [['run', 'a.ts', '--progress=yes'], 'Cannot use --progress with a value: received "yes"'],
    [['run', 'a.ts', '--seed', '1', '--seed', '2'], '--seed is given twice'],
    [['run', 'a.ts', '--seed', '-1'], 'must be a whole number from 0'],
    [['run', 'a.ts', '--placement', 'pakc'], 'must be spread or pack: received "pakc"; did you mean "pack"?'],
    [['run', 'a.ts', '--timeout', '0'], 'must be a number of seconds above 0'],
    [['run', 'a.ts', '--trace', ''], 'must name something: received ""'],
    [['run', 'a.ts', '--constructor'], 'has no such option'],
    [['replay', 'a.jsonl', '--at', '3', '--step'], 'Cannot use --at together with --step'],
  ])('refuses %j', (given, message) => {
    expect(() => parseArguments(given)).toThrow(message);
    expect(() => parseArguments(given)).toThrow(UsageError);
  });
});
