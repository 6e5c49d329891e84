/** A fault of a YAML text, with its place. */
export interface YamlFault {
  /** The offset from the beginning of the text, in UTF-16 code units. */
  readonly offset: number;
  readonly message: string;
}
