import { paletteFrom, type Palette } from '../view/svg/palette.ts';
import type { PictureFile } from '../view/svg/picture-svg.ts';

/** Pixels of the PNG per pixel of the picture: sharp on a screen of double density. */
const PNG_SCALE = 2;
/** More pixels than this no browser promises to draw at once. */
const MOST_PIXELS = 64_000_000;

/** The colours that an element is drawn with now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  return {
    theme: style.colorScheme.includes('dark') ? 'dark' : 'light',
    colours: paletteFrom((token) => style.getPropertyValue(`--${token}`).trim()),
  };
}

/** Lets the browser save a picture as a file of that name. */
export async function savePicture(picture: PictureFile, format: 'svg' | 'png', name: string): Promise<void> {
  const svg = new Blob([picture.svg], { type: 'image/svg+xml' });
  const file = format === 'svg' ? svg : await pngOf(svg, picture);
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.${format}`;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function pngOf(svg: Blob, { width, height }: PictureFile): Promise<Blob> {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(PNG_SCALE, Math.sqrt(MOST_PIXELS / (width * height)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('The canvas has no picture'))),
        'image/png',
      );
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
