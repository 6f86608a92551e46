import { describe, expect, it } from 'vitest';
import { Terminal, type Write } from '../../scripts/cli/terminal.ts';

interface Fake {
  readonly write: Write;
  /** What was written, by descriptor and in order. */
  readonly written: string[];
}

/** Writes at most `most` bytes at a time; `fail` may answer a write with an error instead. */
function fakeOutlets({
  most = Infinity,
  fail = () => null,
}: { readonly most?: number; readonly fail?: (call: number) => string | null } = {}): Fake {
  const written: string[] = [];
  let calls = 0;
  const write: Write = (descriptor, bytes, done) => {
    calls += 1;
    const code = fail(calls);
    setImmediate(() => {
      if (code !== null) return done(Object.assign(new Error(code), { code }), 0);
      const part = bytes.subarray(0, most);
      written.push(`${descriptor}:${new TextDecoder().decode(part)}`);
      done(null, part.length);
    });
  };
  return { write, written };
}

const nothing = (): void => undefined;

describe('Terminal', () => {
  it('prints to both outlets in the order it was told to, neighbours together', async () => {
    const { write, written } = fakeOutlets();
    const terminal = new Terminal({ isLive: false, onClosed: nothing, write });
    const texts = ['a', 'b', 'c', 'd'];
    const printed = texts.map((text, i) => terminal.print(i === 2 ? 'err' : 'out', text));
    expect(terminal.waiting).toBe(8);
    await Promise.all(printed);
    expect(written).toEqual(['1:a\n', '1:b\n', '2:c\n', '1:d\n']);
    expect(terminal.waiting).toBe(0);
  });

  it('goes on where a write has ended early, and asks a busy reader again', async () => {
    const { write, written } = fakeOutlets({ most: 4, fail: (call) => (call === 2 ? 'EAGAIN' : null) });
    const terminal = new Terminal({ isLive: false, onClosed: nothing, write });
    await terminal.print('out', '0123456789');
    await terminal.flush();
    expect(written.map((each) => each.slice(2)).join('')).toBe('0123456789\n');
  });

  it('says once that nobody reads any more, and lets everything else go on', async () => {
    const { write, written } = fakeOutlets({ fail: (call) => (call === 1 ? 'EPIPE' : null) });
    let closed = 0;
    const terminal = new Terminal({ isLive: false, onClosed: () => (closed += 1), write });
    await terminal.print('out', 'a');
    await Promise.all([terminal.print('out', 'b'), terminal.print('err', 'c')]);
    expect(closed).toBe(1);
    expect(written).toEqual(['2:c\n']);
  });

  it('keeps the line of a terminal below what is printed', async () => {
    const { write, written } = fakeOutlets();
    const terminal = new Terminal({ isLive: true, onClosed: nothing, write });
    terminal.status('1 event');
    await terminal.flush();
    await terminal.print('out', 'hello');
    await terminal.flush();
    terminal.status('');
    await terminal.flush();
    const clear = '\r\u001B[2K';
    expect(written).toEqual([
      `2:${clear}1 event`,
      `2:${clear}`,
      '1:hello\n',
      `2:${clear}1 event`,
      `2:${clear}`,
    ]);
  });

  it('has no such line where stderr is no terminal', async () => {
    const { write, written } = fakeOutlets();
    const terminal = new Terminal({ isLive: false, onClosed: nothing, write });
    terminal.status('1 event');
    await terminal.flush();
    expect(written).toEqual([]);
  });
});
