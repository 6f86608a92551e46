import { didYouMean } from '../../engine/errors.ts';

/** What `sluice` was asked to do. */
export type Command =
  | { readonly kind: 'help'; readonly about: 'run' | 'replay' | null }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'run' } & RunArguments)
  | ({ readonly kind: 'replay' } & ReplayArguments);

/** What `sluice run` was asked to do. */
export interface RunArguments {
  readonly file: string;
  /** `null`: as many as the machine is good for. */
  readonly workers: number | null;
  /** `null`: another one with every run. */
  readonly seed: number | null;
  readonly placement: 'spread' | 'pack';
  /** File with what the stages go through. */
  readonly weather: string | null;
  /** File that gets the recording. */
  readonly trace: string | null;
  readonly progress: boolean;
  /** After which the run is stopped, s. */
  readonly timeoutS: number | null;
}

/** What `sluice replay` was asked to do. */
export interface ReplayArguments {
  readonly file: string;
  /** Entry after which the run is shown; `null`: its end. */
  readonly at: number | null;
  readonly step: boolean;
  readonly stage: string | null;
}

/** Wrong use: what is wrong, and what to do. */
export class UsageError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** Whether an option takes a value, by command. */
const OPTIONS = {
  run: {
    workers: true,
    seed: true,
    placement: true,
    weather: true,
    trace: true,
    progress: false,
    timeout: true,
  },
  replay: { at: true, step: false, stage: true },
} as const;

const MAX_WORKERS = 64;
const MAX_TIMEOUT_S = 7 * 24 * 3_600;

/**
 * Reads a command line.
 *
 * @param given - Without the program's own name.
 * @throws {UsageError}
 */
export function parseArguments(given: readonly string[]): Command {
  const [name, ...rest] = given;
  if (name === undefined || name === '--help' || name === '-h') return { kind: 'help', about: null };
  if (name === '--version' || name === '-v') return { kind: 'version' };
  if (name === 'help') return { kind: 'help', about: commandOf(rest[0]) };
  const command = commandOf(name);
  if (command === null) {
    throw new UsageError(
      `Cannot run the command "${name}" as it must be run or replay${didYouMean(name, ['run', 'replay'])}`,
      'npx sluice --help lists what there is.',
    );
  }
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', about: command };
  const { files, options } = split(command, rest);
  const [file, more] = files;
  if (file === undefined) {
    throw new UsageError(
      command === 'run'
        ? 'Cannot run a program as none was named'
        : 'Cannot replay a recording as none was named',
      command === 'run'
        ? 'For example: npx sluice run pipeline.ts'
        : 'For example: npx sluice replay out.jsonl',
    );
  }
  if (more !== undefined) {
    throw new UsageError(
      `Cannot ${command} several files at once: received "${file}" and "${more}"`,
      'A program imports its other files itself. Quote a name that contains spaces.',
    );
  }
  return command === 'run' ? runArguments(file, options) : replayArguments(file, options);
}

type Options = ReadonlyMap<string, string>;

function commandOf(name: string | undefined): 'run' | 'replay' | null {
  return name === 'run' || name === 'replay' ? name : null;
}

function split(command: 'run' | 'replay', given: readonly string[]): { files: string[]; options: Options } {
  const known: Readonly<Record<string, boolean>> = OPTIONS[command];
  const files: string[] = [];
  const options = new Map<string, string>();
  const rest = [...given];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') {
      files.push(...rest.splice(0));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      files.push(argument);
      continue;
    }
    const [, name = '', , inline] = /^--?([^=]*)(=(.*))?$/s.exec(argument) ?? [];
    const takesValue = Object.hasOwn(known, name) ? known[name] : undefined;
    if (takesValue === undefined) throw unknownOption(command, argument, name);
    if (options.has(name)) {
      throw new UsageError(`Cannot go on as --${name} is given twice`, 'Give every option once.');
    }
    if (!takesValue) {
      if (inline !== undefined) {
        throw new UsageError(
          `Cannot use --${name} with a value: received "${inline}"`,
          `Write --${name} alone.`,
        );
      }
      options.set(name, '');
      continue;
    }
    const value = inline ?? rest.shift();
    if (value === undefined || (inline === undefined && value.startsWith('--'))) {
      throw new UsageError(
        `Cannot use --${name} without a value: received ${value === undefined ? 'none' : `"${value}"`}`,
        `npx sluice ${command} --help says what it may be.`,
      );
    }
    options.set(name, value);
  }
  return { files, options };
}

function unknownOption(command: 'run' | 'replay', argument: string, name: string): UsageError {
  const names = Object.keys(OPTIONS[command]);
  const near = didYouMean(name, names).replace(/"([^"]+)"/, '"--$1"');
  const other = command === 'run' ? 'replay' : 'run';
  const elsewhere = Object.hasOwn(OPTIONS[other], name) ? `; it belongs to sluice ${other}` : near;
  return new UsageError(
    `Cannot use ${argument} as sluice ${command} has no such option${elsewhere}`,
    `It has ${names.map((each) => `--${each}`).join(', ')}.`,
  );
}

function runArguments(file: string, options: Options): Command {
  const placement = options.get('placement') ?? 'spread';
  if (placement !== 'spread' && placement !== 'pack') {
    throw new UsageError(
      `Cannot use --placement as it must be spread or pack: received "${placement}"${didYouMean(placement, ['spread', 'pack'])}`,
      'spread puts neighbours on different workers; pack uses as few workers as it can.',
    );
  }
  return {
    kind: 'run',
    file,
    workers: wholeNumber(options, 'workers', { from: 1, to: MAX_WORKERS }),
    seed: wholeNumber(options, 'seed', { from: 0, to: 2 ** 32 - 1 }),
    placement,
    weather: path(options, 'weather'),
    trace: path(options, 'trace'),
    progress: options.has('progress'),
    timeoutS: seconds(options, 'timeout'),
  };
}

function replayArguments(file: string, options: Options): Command {
  const at = wholeNumber(options, 'at', { from: 0, to: Number.MAX_SAFE_INTEGER });
  const step = options.has('step');
  if (step && at !== null) {
    throw new UsageError(
      'Cannot use --at together with --step',
      '--at shows one moment, --step all of them in turn.',
    );
  }
  return { kind: 'replay', file, at, step, stage: path(options, 'stage') };
}

function wholeNumber(options: Options, name: string, range: { from: number; to: number }): number | null {
  const given = options.get(name);
  if (given === undefined) return null;
  const number = /^\d{1,16}$/.test(given) ? Number(given) : NaN;
  if (number >= range.from && number <= range.to) return number;
  throw new UsageError(
    `Cannot use --${name} as it must be a whole number from ${range.from} to ${range.to}: received "${given}"`,
    `For example: --${name} ${name === 'workers' ? 4 : 1}`,
  );
}

function seconds(options: Options, name: string): number | null {
  const given = options.get(name);
  if (given === undefined) return null;
  const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : NaN;
  if (number > 0 && number <= MAX_TIMEOUT_S) return number;
  throw new UsageError(
    `Cannot use --${name} as it must be a number of seconds above 0, at most ${MAX_TIMEOUT_S}: received "${given}"`,
    `For example: --${name} 10, or --${name} 0.5`,
  );
}

function path(options: Options, name: string): string | null {
  const given = options.get(name);
  if (given === undefined || given !== '') return given ?? null;
  throw new UsageError(
    `Cannot use --${name} as it must name something: received ""`,
    `For example: --${name} ${name === 'trace' ? 'out.jsonl' : 'printer'}`,
  );
}
