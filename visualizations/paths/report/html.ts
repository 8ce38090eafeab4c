/** HTML whose texts are escaped by construction: only what is `Html` already goes in as it is. */
import type { PictureNode } from '../../diagram/picture.ts';

export interface Html {
  readonly text: string;
}

type Piece = string | number | Html | readonly Html[];

/** The template as markup; every text and number in it is escaped, also inside of attributes. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const parts = strings.map((text, index) => {
    const piece = pieces[index];
    return piece === undefined ? text : `${text}${markupOf(piece)}`;
  });
  return { text: parts.join('') };
}

/** Markup that was escaped elsewhere, or is ours. */
export const trusted = (text: string): Html => ({ text });

function markupOf(piece: Piece): string {
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return 'text' in piece ? piece.text : piece.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What may not stand in a document, and what would turn its text around, is shown as �. */
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark).replaceAll(UNSAFE, '\ufffd');

/** The elements of a picture. Their names are ours; values and texts are escaped. */
export function pictureHtml({ tag, attributes, children }: PictureNode): Html {
  const named = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${escaped(String(value))}"`,
  );
  const inner = children.map((child) =>
    typeof child === 'string' ? escaped(child) : pictureHtml(child).text,
  );
  return { text: `<${tag}${named.join('')}>${inner.join('')}</${tag}>` };
}
