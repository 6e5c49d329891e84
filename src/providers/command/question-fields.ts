/**
 * The fields of a question as a short text: two questions are equal exactly when their texts are equal.
 *
 * Invariant: the text of a question repeats no part that many questions share (the keys of the Open_vSwitch row and of the bridge),
 * because thousands of questions are kept. A shared part counts by identity; `ParamsMaker` makes equal parts one object.
 */
import type { PrepareParams, Texts } from "vifplugd-provider";

export class QuestionFields {
  readonly #numbers = new WeakMap<Texts, number>();
  #count = 0;

  of({ operation, lport, interface: current, openVSwitch, bridge }: PrepareParams): string {
    const shared = [openVSwitch.external_ids, openVSwitch.other_config, bridge.other_config];
    const numbers = shared.map((texts) => this.#numberOf(texts));
    return JSON.stringify([operation, lport, current, bridge.name, bridge.datapath_type, numbers]);
  }

  #numberOf(texts: Texts): number {
    const number = this.#numbers.get(texts) ?? ++this.#count;
    this.#numbers.set(texts, number);
    return number;
  }
}
