// How a result is told in lines of text, as on a letter.

import type { SearchResult } from './types.js';

/** Whether the result is a house rather than its street. */
export function isHouse({ type, street }: SearchResult): boolean {
  return type === 'street' && street !== undefined && street.number !== '';
}

/** Returns the line under the name: postcode and city, or the areas above. */
export function secondLine(result: SearchResult): string {
  const { type, name, city, county, administrative, country, zipcode } = result;
  switch (type) {
    case 'country':
      return '';
    case 'administrative':
      return country;
    case 'county':
      return joined([administrative, country], name);
    case 'city':
      // A city has many postcodes; the smallest stands for them, as PlaceKit's own widget has it.
      return joined([[...zipcode].sort()[0], county || administrative, country], name);
    default: {
      const postcode = zipcode.length === 1 ? `${zipcode[0]} ` : '';
      return joined([`${postcode}${city}`.trim(), country]);
    }
  }
}

/** Returns the whole address in one line, which searches find again. */
export function oneLine(result: SearchResult): string {
  return joined([result.name, secondLine(result)]);
}

function joined(parts: readonly (string | undefined)[], without = ''): string {
  return [...new Set(parts)].filter((part) => part && part !== without).join(', ');
}
