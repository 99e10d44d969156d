// Reads the engine's highlight (HTML-escaped text with <mark>) into plain text parts.

/** A piece of a name and whether the query matched it. */
export interface HighlightPart {
  /** The text itself, with nothing escaped. */
  readonly text: string;
  /** Whether the query matched it. */
  readonly marked: boolean;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
};

/** Splits a highlight at its marks; anything but `<mark>` stays text. */
export function parseHighlight(highlight: string): HighlightPart[] {
  const parts: HighlightPart[] = [];
  let marked = false;
  for (const piece of highlight.split(/(<\/?mark>)/)) {
    if (piece === '<mark>') marked = true;
    else if (piece === '</mark>') marked = false;
    else if (piece !== '') parts.push({ text: unescapeText(piece), marked });
  }
  return parts;
}

/** Escapes a text for HTML, for hosts that take nothing else. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unescapeText(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
