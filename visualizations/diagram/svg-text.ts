/** A picture as the text of an SVG file that stands by itself: it brings its style along. */
import { FILE_STYLE } from './diagram-style.ts';
import type { PictureNode } from './picture.ts';

export function svgText(picture: PictureNode): string {
  const { attributes, children } = picture;
  const style: PictureNode = { tag: 'style', attributes: {}, children: [`\n${FILE_STYLE}\n`] };
  const whole: PictureNode = {
    tag: 'svg',
    attributes: { xmlns: 'http://www.w3.org/2000/svg', ...attributes },
    children: [style, ...children],
  };
  return `${written(whole, '')}\n`;
}

/** Elements that hold elements begin lines of their own, so that changes can be read. */
function written({ tag, attributes, children }: PictureNode, indent: string): string {
  const named = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${escaped(String(value))}"`,
  );
  const open = `${indent}<${tag}${named.join('')}`;
  if (children.length === 0) return `${open}/>`;
  if (tag === 'text' || children.every((child) => typeof child === 'string')) {
    return `${open}>${children.map(inline).join('')}</${tag}>`;
  }
  const lines = children.map((child) =>
    typeof child === 'string' ? `${indent} ${escaped(child)}` : written(child, `${indent} `),
  );
  return `${open}>\n${lines.join('\n')}\n${indent}</${tag}>`;
}

const inline = (child: PictureNode | string): string =>
  typeof child === 'string' ? escaped(child) : written(child, '');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** What XML 1.0 has no place for, not even as an escape, becomes the replacement character. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
/** Controls and marks that change the direction: shown as nothing, but they would move a cursor. */
const HIDDEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const escaped = (text: string): string =>
  text
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
    .replace(HIDDEN, (character) => `&#${character.charCodeAt(0)};`);
