/** What is wrong with a YAML text, and where. */
export interface YamlFault {
  /** UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  readonly message: string;
}
