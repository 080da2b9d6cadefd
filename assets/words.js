// Words as a search compares them: small letters, no accents, Greek letters by name, no punctuation.

const GREEK = {
  α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", λ: "lambda", μ: "mu", σ: "sigma", φ: "phi",
};
const LETTER = new RegExp(`[${Object.keys(GREEK).join("")}]`, "g");

export const plainText = text =>
  text.toLowerCase().normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "")
    .replaceAll(LETTER, letter => ` ${GREEK[letter]} `)
    .replaceAll(/[\s_\-–—(),.;:'’"“”/=?!·×]+/g, " ").trim();

// A question's words without the plural's s, so that they are found in either form.
export const wordsOf = question =>
  plainText(question).split(" ").filter(word => word).map(word => word.replace(/(?<=..[^s])s$/, ""));

// All words of the question occur.
export const hasAll = (text, words) => words.every(word => text.includes(word));

// The parts of a text, in order, and whether a word of the question is in them.
export function marked(text, words) {
  const letters = words.flatMap(word => Object.keys(GREEK).filter(letter => GREEK[letter] === word));
  const sought = [...words, ...letters].map(word => word.replaceAll(/[^\p{L}\p{N}]/gu, "\\$&"));
  if (!sought.length) return [{ text, hit: false }];
  return text.split(new RegExp(`(${sought.join("|")})`, "giu")).map((part, i) => ({ text: part, hit: i % 2 === 1 }))
    .filter(part => part.text);
}
