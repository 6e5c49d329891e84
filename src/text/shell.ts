/** Quotes texts of others in a command that a person may copy into a shell: each text is one word there. */

/** A word without a special meaning in any shell. Quotes would not keep a word that begins with `-` from being an option. */
const PLAIN_WORD = /^[A-Za-z0-9_./:@%+,-]+$/;

/** Characters that cannot be seen or would garble a terminal, and so have to be written as escapes. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** @returns the text as one word of sh(1); a text with unseen characters as one word of bash, zsh and ksh */
export function shellWord(text: string): string {
  if (PLAIN_WORD.test(text)) return text;
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replaceAll(/['\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "'" || character === "\\" ? `\\${character}` : bytesOf(character),
  );
  return `$'${escaped}'`;
}

function bytesOf(character: string): string {
  return Array.from(new TextEncoder().encode(character), (byte) => {
    return `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
