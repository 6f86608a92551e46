import { expect, type Locator, type Page } from '@playwright/test';

/** More presses of Tab than any page here has stops. */
const MOST_STOPS = 90;

/** Somebody without a mouse. Every stop on the way is held to be there, in view, and marked. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Goes on by Tab (or back) until this has the focus. */
  async to(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      if (await isFocused(target)) return this.expectSeen();
      if (await this.#page.evaluate(isInEditor)) await this.press('Escape');
      await this.press(key);
      // Past the last stop the focus is with the browser itself, for one press.
      if (await this.#page.evaluate(() => document.hasFocus() && document.activeElement !== document.body))
        await this.expectSeen();
    }
    throw new Error(`${key} does not lead to ${String(target)}`);
  }

  /** The focus is somewhere, can be seen to be there, and is not under something else. */
  async expectSeen(): Promise<void> {
    await expect.poll(() => this.#page.evaluate(focusTrouble)).toBeNull();
  }

  /** After an action the focus is on something of the page: the next key does not start at its top. */
  async expectKept(): Promise<void> {
    await expect
      .poll(() => this.#page.evaluate(() => document.activeElement?.tagName ?? 'nothing'))
      .not.toMatch(/^(BODY|HTML|nothing)$/);
  }
}

function isFocused(target: Locator): Promise<boolean> {
  return target.evaluateAll((found) => found.some((element) => element === document.activeElement));
}

/** Tab indents there; after Escape it leaves. */
function isInEditor(): boolean {
  return Boolean(document.activeElement?.closest('.monaco-editor'));
}

/** What is wrong with how the focus shows; `null` when nothing is. Runs in the page. */
function focusTrouble(): string | null {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return 'nothing has the focus';
  // Monaco shows a caret instead of an outline.
  if (focused.closest('.monaco-editor')) return null;
  const says = focused.outerHTML.slice(0, 120);
  // A choice is marked as a whole: by its label, or by the line of the list that it is.
  const label = focused instanceof HTMLInputElement ? focused.closest('label') : null;
  const line = label?.closest('li');
  const marked = [focused, label, line].some((element) => {
    if (!element) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) return true;
    // A ring that is laid over it.
    const { content, borderStyle, borderWidth } = getComputedStyle(element, '::after');
    return content !== 'none' && borderStyle === 'solid' && Number.parseFloat(borderWidth) >= 2;
  });
  if (!marked) return `not marked: ${says}`;
  const box = (label ?? focused).getBoundingClientRect();
  const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  if (!inView) return `out of view: ${says}`;
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const there = document.elementFromPoint(x, y);
  const same = there && (there.contains(focused) || focused.contains(there) || label?.contains(there));
  return same ? null : `covered: ${says} by ${there?.outerHTML.slice(0, 120) ?? 'nothing'}`;
}
