/** What an editor scrolls, in px: how far it is, how far it can be. */
interface Scrolled {
  readonly top: number;
  readonly maxTop: number;
}

/** The part of a scroll of `by` px (down is positive) that is left once its end is reached. */
export function leftover({ top, maxTop }: Scrolled, by: number): number {
  const reached = Math.min(Math.max(top + by, 0), Math.max(maxTop, 0));
  return top + by - reached;
}

/**
 * Hands touch scrolling on to the page where the editor ends. Monaco takes every touch that begins on its text, so
 * that on a phone, where it fills the screen, the page could not be scrolled any more.
 *
 * @returns How to stop.
 */
export function chainTouchScroll(host: HTMLElement, scrolled: () => Scrolled): () => void {
  let lastY: number | null = null;
  const begin = ({ touches }: TouchEvent) => {
    lastY = touches.length === 1 ? (touches[0]?.clientY ?? null) : null;
  };
  const move = ({ touches }: TouchEvent) => {
    const y = touches[0]?.clientY;
    if (lastY === null || y === undefined) return;
    const by = leftover(scrolled(), lastY - y);
    lastY = y;
    if (by !== 0) scrollParent(host, by).scrollBy(0, by);
  };
  const options = { capture: true, passive: true };
  host.addEventListener('touchstart', begin, options);
  host.addEventListener('touchmove', move, options);
  return () => {
    host.removeEventListener('touchstart', begin, options);
    host.removeEventListener('touchmove', move, options);
  };
}

/** The nearest element around `host` that can scroll that way; the page if there is none. */
function scrollParent(host: HTMLElement, by: number): Element {
  for (let element = host.parentElement; element; element = element.parentElement) {
    const { overflowY } = getComputedStyle(element);
    if (overflowY !== 'auto' && overflowY !== 'scroll') continue;
    const room = by < 0 ? element.scrollTop : element.scrollHeight - element.clientHeight - element.scrollTop;
    if (room > 0) return element;
  }
  return document.scrollingElement ?? document.documentElement;
}
