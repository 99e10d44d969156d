// SQLite FTS5 in WebAssembly, in memory, without the text of the records.

import sqlite3InitModule from '@sqlite.org/sqlite-wasm';

const TABLE = `CREATE VIRTUAL TABLE records USING fts5(
  label, content='', tokenize="unicode61 remove_diacritics 2", prefix='1 2 3')`;
const QUERY = 'SELECT rowid FROM records WHERE records MATCH ? ORDER BY rank LIMIT 5';

/** Indexes the records. */
export async function open({ records }) {
  const sqlite = await sqlite3InitModule();
  const database = new sqlite.oo1.DB(':memory:');
  database.exec(TABLE);
  database.exec('BEGIN');
  const insert = database.prepare('INSERT INTO records(rowid, label) VALUES (?, ?)');
  for (const { id, label } of records) insert.bind([id, label]).stepReset();
  insert.finalize();
  database.exec("COMMIT; INSERT INTO records(records) VALUES ('optimize')");
  const query = database.prepare(QUERY);
  const pages = database.selectValue('PRAGMA page_count');
  return {
    search(text) {
      const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
      if (words.length === 0) return [];
      query.bind(`${words.map((word) => `"${word}"`).join(' ')}*`);
      const found = [];
      while (query.step()) found.push(query.getInt(0));
      query.reset();
      return found;
    },
    answers: (found) => found.map((record) => ({ record })),
    indexBytes: pages * database.selectValue('PRAGMA page_size'),
    wasmBytes: () => sqlite.wasm.heap8u().length,
    close: () => {
      query.finalize();
      database.close();
    },
  };
}
