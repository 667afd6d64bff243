// Control characters, those that hide or turn text round, and halves of surrogate pairs.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Foreign text as it can be shown: what would move a cursor, hide or turn text round is named instead. */
export const showText = (text: string): string =>
  text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Foreign text for HTML, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  showText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
