// Says whether answers are right, from the source records alone.

import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { fold, hasWordThatBegins } from './fold.mjs';

const METRES_PER_DEGREE = 111_195;
// Shards keep coordinates at 1e-5 degree; a record's result lies within that of it.
const ROUNDING_M = 3;
const NEARBY = 8;
const NEARBY_KM = 0.3;

/** Judge over the records of a data set. */
export class Judge {
  #table;
  #points;
  #nearest = new Map();

  constructor(table) {
    this.#table = table;
    this.#points = new KDBush(table.names.length);
    table.lons.forEach((lon, record) => void this.#points.add(lon, table.lats[record]));
    this.#points.finish();
  }

  /** Place of the first right answer, from 0 on; -1 without one. */
  firstRight(query, answers) {
    return answers.slice(0, 5).findIndex((answer) => this.#isRight(query, this.#filled(answer)));
  }

  /** Fills an answer that is a record's number only. */
  #filled(answer) {
    const { record } = answer;
    if (record === undefined) return answer;
    const { names, contexts, streets, cities, lats, lons } = this.#table;
    const label = `${names[record]}, ${contexts[record]}`;
    return {
      record,
      label,
      street: streets[record],
      city: cities[record],
      lat: lats[record],
      lon: lons[record],
    };
  }

  #isRight(query, answer) {
    if (query.point) return this.#isNearest(query.point, answer);
    if (query.prefix !== undefined) return this.#begins(query.prefix, answer);
    if (query.street) {
      const { name, city } = query.street;
      return fold(answer.street ?? '') === fold(name) && fold(answer.city) === fold(city);
    }
    const { lats, lons } = this.#table;
    return query.records.some(
      (record) => distanceM(answer.lat, answer.lon, lats[record], lons[record]) <= query.toleranceM,
    );
  }

  /** Other names of what lies there count too: they are found, though another is shown. */
  #begins(prefix, answer) {
    if (hasWordThatBegins(answer.label, prefix)) return true;
    const { names, alternates } = this.#table;
    const there = around(this.#points, answer.lon, answer.lat, NEARBY, NEARBY_KM);
    const all = there.flatMap((record) => [names[record], ...alternates[record].split('|')]);
    return all.some((name) => hasWordThatBegins(name, prefix));
  }

  /**
   * Whether nothing on record is nearer than the answer, or the answer is the nearest record by
   * name: registers list an address once for each of its doors, shards once.
   */
  #isNearest(point, answer) {
    const key = point.join();
    let nearest = this.#nearest.get(key);
    if (nearest === undefined) {
      nearest = this.#nearestTo(point);
      this.#nearest.set(key, nearest);
    }
    const { metres, name } = nearest;
    if (distanceM(...point, answer.lat, answer.lon) <= metres + ROUNDING_M) return true;
    return fold(answer.label).startsWith(`${name} `);
  }

  #nearestTo([lat, lon]) {
    const { lats, lons, names } = this.#table;
    let nearest = { metres: Number.POSITIVE_INFINITY, record: -1 };
    for (let record = 0; record < lats.length; record += 1) {
      if (Math.abs(lats[record] - lat) * METRES_PER_DEGREE >= nearest.metres) continue;
      const metres = distanceM(lat, lon, lats[record], lons[record]);
      if (metres < nearest.metres) nearest = { metres, record };
    }
    return { metres: nearest.metres, name: fold(names[nearest.record] ?? '') };
  }
}

/** Great-circle distance (haversine) on a sphere of 6,371,009 m. */
function distanceM(lat, lon, otherLat, otherLon) {
  const radians = Math.PI / 180;
  const sinLat = Math.sin(((otherLat - lat) * radians) / 2);
  const sinLon = Math.sin(((otherLon - lon) * radians) / 2);
  const chord =
    sinLat * sinLat + Math.cos(lat * radians) * Math.cos(otherLat * radians) * sinLon * sinLon;
  return 2 * 6_371_009 * Math.asin(Math.sqrt(chord));
}
