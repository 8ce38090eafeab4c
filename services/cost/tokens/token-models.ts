/** Which tokenizer a model has. */

import { NAME_LENGTH_MAX } from '../prices/model-name.ts';

export type EncodingName = 'o200k_base' | 'cl100k_base';

export interface ModelTokens {
  /** The encoding to count with. */
  readonly encoding: EncodingName;
  /** Whether it is the model's own; otherwise it is only the closest that there is. */
  readonly isOwn: boolean;
}

const CL100K = /^(gpt-4(?![\d.o])|gpt-3\.5|gpt-35|text-embedding-(3|ada-002))/;
const O200K =
  /^(gpt-4o|gpt-4\.|gpt-5|gpt-oss|chatgpt-4o|chat-latest|codex-|computer-use|o[134](-|$))/;

const OWN_O200K: ModelTokens = Object.freeze({ encoding: 'o200k_base', isOwn: true });
const OWN_CL100K: ModelTokens = Object.freeze({ encoding: 'cl100k_base', isOwn: true });
const FOREIGN: ModelTokens = Object.freeze({ encoding: 'o200k_base', isOwn: false });

/** Models remembered; beyond them everything is forgotten and looked at again. */
const REMEMBERED_MAX = 1_000;
const remembered = new Map<string, ModelTokens>();

/**
 * The tokenizer of a model, by its name with or without a provider's prefix or a fine-tune's marks
 * (`openai/gpt-4o`, `ft:gpt-4o-mini:shop::1`). A call that names no model is counted with the
 * tokenizer of OpenAI's current models.
 *
 * Source: https://github.com/openai/tiktoken, tiktoken/model.py.
 */
export function modelTokens(model: string | undefined): ModelTokens {
  if (model === undefined) return OWN_O200K;
  const known = remembered.get(model);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  const found = look(model);
  if (model.length <= NAME_LENGTH_MAX) remembered.set(model, found);
  return found;
}

function look(model: string): ModelTokens {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const base = name.startsWith('ft:') ? name.slice(3) : name;
  if (CL100K.test(base)) return OWN_CL100K;
  return O200K.test(base) ? OWN_O200K : FOREIGN;
}
