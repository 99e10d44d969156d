// Reads the engine's highlight (HTML-escaped text with <mark>) into plain text parts.

/** A piece of a name and whether the query matched it. */
export interface HighlightPart {
  readonly text: string;
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

/** Makes nodes of a highlight: text and `mark` elements. */
export function highlightNodes(highlight: string): Node[] {
  return parseHighlight(highlight).map(({ text, marked }) => {
    const node = document.createTextNode(text);
    if (!marked) return node;
    const mark = document.createElement('mark');
    mark.appendChild(node);
    return mark;
  });
}

function unescapeText(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
