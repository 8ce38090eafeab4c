/**
 * A picture of a chart as elements of the page, made one by one: whatever names and texts say, they
 * stay text. What stands for a state or an arrow can be reached by keys, and says what it is.
 */
import { h, type VNode } from 'preact';

import type { PictureNode } from '../../diagram/picture.ts';
import { edgeKey, rowKey, stateKey, type Part } from './chart-parts.ts';

export interface PictureSvgProps {
  readonly picture: PictureNode;
  readonly parts: ReadonlyMap<string, Part>;
  /** Key of the part at which the Tab key stops; null for the first. */
  readonly stopKey: string | null;
  /** A class for the whole picture; empty for none. */
  readonly flash: string;
}

type Attributes = Readonly<Record<string, string | number>>;

/** A picture's own tooltips: the page shows them in its own way, to those who use keys too. */
const SAID_OTHERWISE: readonly string[] = ['title'];

export function PictureSvg({ picture, parts, stopKey, flash }: PictureSvgProps): VNode {
  const [firstKey] = parts.keys();
  const element = (node: PictureNode, key: number): VNode => {
    const children = node.children
      .filter((child) => typeof child === 'string' || !SAID_OTHERWISE.includes(child.tag))
      .map((child, index) => (typeof child === 'string' ? child : element(child, index)));
    const said = saidOf(parts.get(keyOf(node)), stopKey ?? firstKey);
    return h(node.tag, { ...node.attributes, ...said, key }, children);
  };
  const { class: names = '' } = picture.attributes;
  const attributes = { ...picture.attributes, class: `${names} ${flash}`, role: 'group' };
  return element({ ...picture, attributes }, 0);
}

/** Key of the part that the node stands for; empty for none. */
function keyOf({ attributes }: PictureNode): string {
  const { 'data-state': state, 'data-edge': edge, 'data-transition': row } = attributes;
  if (state !== undefined) return stateKey(String(state));
  if (edge !== undefined) return edgeKey(String(edge));
  return row === undefined ? '' : rowKey(String(row));
}

function saidOf(part: Part | undefined, stopKey: string | undefined): Attributes {
  if (part === undefined) return {};
  if (!part.isStop) return { 'data-part': part.key };
  return {
    'data-part': part.key,
    role: 'img',
    'aria-label': part.label,
    tabindex: part.key === stopKey ? 0 : -1,
  };
}
