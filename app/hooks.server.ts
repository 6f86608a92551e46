import type { Handle } from '@sveltejs/kit';

/** Fonts of the first screen are fetched along with the styles, so that text does not change under the reader. */
const FIRST_SCREEN_FONTS = /(inter|bricolage)[^/]*\.woff2$/;

export const handle: Handle = ({ event, resolve }) =>
  resolve(event, {
    preload: ({ type, path }) =>
      type === 'js' || type === 'css' || (type === 'font' && FIRST_SCREEN_FONTS.test(path)),
  });
