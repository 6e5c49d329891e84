/** Texts of others in a command that a person may copy into a shell: one word there, whatever they hold. */

/** What no shell sees anything in. A word that begins with `-` stays one; where it would be an option, the command says. */
const PLAIN_WORD = /^[A-Za-z0-9_./:@%+,-]+$/;

/** What cannot be seen or would garble a terminal, and so has to be written as an escape. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** @returns the text as one word of sh(1); of bash, zsh and ksh where it has what cannot be seen */
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
