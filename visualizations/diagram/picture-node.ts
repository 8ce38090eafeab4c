/** Making elements of a picture. */
import type { PictureNode } from './picture.ts';

export const node = (
  tag: string,
  attributes: PictureNode['attributes'],
  children: PictureNode['children'] = [],
): PictureNode => ({ tag, attributes, children });

/** The class attribute: names that are there, in order. */
export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter((name) => typeof name === 'string').join(' ');
