// Words as a search compares them: small letters, no accents, Greek letters by name, no punctuation.

const GREEK = {
  α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", λ: "lambda", μ: "mu", σ: "sigma", φ: "phi",
};
const LETTER = new RegExp(`[${Object.keys(GREEK).join("")}]`, "g");

export const plainText = text =>
  text.toLowerCase().normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "")
    .replaceAll(LETTER, letter => ` ${GREEK[letter]} `)
    .replaceAll(/[\s_\-–—(),.;:'’"“”/=?!·×]+/g, " ").trim();

const FILLERS = new Set(("a an and are as at be can do does for from has have how i in is it its me my of on or should " +
  "tell that the this to what when where which who why with").split(" "));

// A question's words without fillers and without the plural's s, so that they are found in either form.
export function wordsOf(question) {
  const words = plainText(question).split(" ").filter(word => word);
  const telling = words.filter(word => !FILLERS.has(word));
  return (telling.length ? telling : words).map(word => word.replace(/(?<=..[^s])s$/, ""));
}

// All words of the question occur.
export const hasAll = (text, words) => words.every(word => text.includes(word));

// The parts of a text, in order, and whether a word of the question is in them.
export function marked(text, words) {
  const letters = words.flatMap(word => Object.keys(GREEK).filter(letter => GREEK[letter] === word));
  const sought = [...words, ...letters].map(word => word.replaceAll(/[^\p{L}\p{N}]/gu, "\\$&"));
  if (!sought.length) return [{ text, hit: false }];
  return text.split(new RegExp(`((?:${sought.join("|")})\\p{L}*)`, "giu")).map((part, i) => ({ text: part, hit: i % 2 === 1 }))
    .filter(part => part.text);
}
