import { formatWithOptions } from 'node:util';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { WorkerId } from '../ids.ts';
import type { LogLevel, TraceValue } from '../trace/trace-entry.ts';
import { traceValue } from '../trace/trace-value.ts';

/** A line that a program has printed on a thread, whole, as it came. */
export interface PrintedLine {
  readonly worker: WorkerId;
  readonly level: LogLevel;
  readonly text: string;
}

/** Who prints what programs say, line by line, while they run. */
export interface LinePrinter {
  /** Values are told with the colours of a terminal. */
  readonly colours: boolean;
  /** Prints a line; what it returns is waited for before much more comes. */
  readonly print: (line: PrintedLine) => Promise<void> | void;
}

/** Characters of one thread that may wait to be printed; what comes faster is counted. */
const MAX_WAITING = 16_000_000;
/** Printed lines are told of in steps of so many characters. */
const TOLD_EVERY = 100_000;

/** The main thread's end of what one thread prints. */
export class PrintedLines {
  /** The thread's end: to be transferred to it. */
  readonly port: MessagePort;
  /** Resolves once the thread is gone and all that it printed has come. */
  readonly over: Promise<void>;

  constructor(worker: WorkerId, { print }: LinePrinter) {
    const { port1, port2 } = new MessageChannel();
    this.port = port2;
    this.over = new Promise((resolve) => port1.on('close', resolve));
    let untold = 0;
    port1.on('message', (message: unknown) => {
      const line = parseLine(message);
      if (line === null) return;
      const tell = (): void => {
        untold += line.text.length;
        if (untold < TOLD_EVERY) return;
        port1.postMessage(untold);
        untold = 0;
      };
      const printed = print({ worker, ...line });
      if (printed) void printed.then(tell);
      else tell();
    });
  }
}

/** Hands over lines from the thread they are printed on, each at once: one that hangs next has still said it. */
export function lineWriter(
  port: MessagePort,
  colours: boolean,
): (level: LogLevel, values: readonly unknown[]) => void {
  let waiting = 0;
  let lost = 0;
  const post = (level: LogLevel, text: string): void => {
    waiting += text.length;
    port.postMessage({ level, text });
  };
  return (level, values) => {
    // A callback that prints without end gives no turn to hear of what was printed.
    if (waiting >= MAX_WAITING) waiting -= printedSince(port);
    if (waiting >= MAX_WAITING) {
      lost += 1;
      return;
    }
    if (lost > 0) {
      post('warn', `${lost} lines came faster than they could be printed, and are missing here`);
      lost = 0;
    }
    post(level, textOf(values, colours));
  };
}

function printedSince(port: MessagePort): number {
  let sum = 0;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    if (typeof next.message === 'number') sum += next.message;
  }
  return sum;
}

/** As Node prints it; what throws while it is looked at is shown as a trace shows it. */
function textOf(values: readonly unknown[], colors: boolean): string {
  try {
    return formatWithOptions({ colors }, ...values);
  } catch {
    return values.map((value) => shown(traceValue(value))).join(' ');
  }
}

function shown(value: TraceValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const LEVELS: readonly unknown[] = ['log', 'info', 'warn', 'error', 'debug'] satisfies LogLevel[];

/** Programs share their thread with what hands over their lines. */
function parseLine(message: unknown): Omit<PrintedLine, 'worker'> | null {
  return isLine(message) ? { level: message.level, text: message.text } : null;
}

function isLine(message: unknown): message is Omit<PrintedLine, 'worker'> {
  return (
    typeof message === 'object' &&
    message !== null &&
    'level' in message &&
    LEVELS.includes(message.level) &&
    'text' in message &&
    typeof message.text === 'string'
  );
}
