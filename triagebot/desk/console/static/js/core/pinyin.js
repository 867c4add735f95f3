// The initials of Chinese words, so that "fhsj" finds what begins with them.
// Each letter's first character in the order of pinyin; no syllable begins with i, u or v.
const FIRSTS = 
  "\u963f\u516b\u5693\u54d2\u59b8\u53d1\u65ee\u54c8\u8ba5\u5494\u5783\u75f3" +
  "\u62cf\u5662\u5991\u4e03\u5465\u6268\u5b83\u7a75\u5915\u4e2b\u5e00";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const collator = new Intl.Collator("zh-CN");
const known = new Map();

/** Return the initials of a text; Latin letters and digits stay, signs go. */
export function initialsOf(text) {
  return Array.from(text.toLowerCase(), initial).join("");
}

function initial(character) {
  if (/[a-z0-9]/.test(character)) return character;
  if (!/\p{Script=Han}/u.test(character)) return "";
  if (!known.has(character)) known.set(character, search(character));
  return known.get(character);
}

function search(character) {
  let found = "";
  for (let place = 0; place < LETTERS.length; place += 1) {
    if (collator.compare(FIRSTS[place], character) > 0) break;
    found = LETTERS[place];
  }
  return found;
}
