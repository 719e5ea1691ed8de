// @ts-check
// The password rules and the generator, evaluated from the table the server enforces (`data-policy`).

// The decimal digits of the scripts that have a keyboard of their own: the server's list, each run ten long.
const ZEROS = [
  0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0e50, 0x0ed0, 0xff10,
];
/** @param {string} c */
const isDigit = (c) => ZEROS.some((zero) => code(c) >= zero && code(c) < zero + 10);

/** @param {string} c */
const code = (c) => c.codePointAt(0) ?? 0;

/**
 * A rule as the server writes it.
 * @typedef {{ rule: string, value: number }} Rule
 * @typedef {{ rules: Rule[] }} Policy
 * @typedef {{ length: number, classes: string[] }} Recipe
 */

/** @type {Record<string, (characters: string[], least: number) => boolean>} */
const TESTS = {
  length: (characters, least) => characters.length >= least,
  upper: (characters) => characters.some((c) => /\p{Uppercase}/u.test(c)),
  lower: (characters) => characters.some((c) => /\p{Lowercase}/u.test(c)),
  digit: (characters) => characters.some(isDigit),
  special: (characters) => characters.some((c) => !/[\p{Alphabetic}\p{N}]/u.test(c)),
};

/**
 * The names of the rules a password does not meet. A rule this file does not know is left to the server.
 * @param {Policy} policy
 * @param {string} password
 */
export function unmet(policy, password) {
  const characters = [...password.normalize("NFC")];
  return policy.rules
    .filter(({ rule, value }) => TESTS[rule]?.(characters, value) === false)
    .map(({ rule }) => rule);
}

/**
 * Draws a password: whole candidates, thrown away until one has every class, so that none is favoured.
 * @param {Recipe} recipe
 */
export function generate({ length, classes }) {
  const alphabet = classes.join("");
  for (;;) {
    const candidate = Array.from({ length }, () => alphabet[below(alphabet.length)]).join("");
    if (classes.every((letters) => [...letters].some((letter) => candidate.includes(letter)))) return candidate;
  }
}

/**
 * A number below `limit`, every one equally likely: what would favour the low ones is drawn again.
 * @param {number} limit
 */
function below(limit) {
  const fair = 256 - (256 % limit);
  const byte = new Uint8Array(1);
  do crypto.getRandomValues(byte);
  while (byte[0] >= fair);
  return byte[0] % limit;
}
