/**
 * The fields of a question as a short text: two questions are equal exactly when their texts are equal.
 *
 * Invariant: the text of a question repeats no part that many questions share (the keys of the Open_vSwitch row and of the bridge),
 * because thousands of questions are kept. A digest stands for such a part.
 */
import type { PrepareParams, Texts } from "vifplugd-provider";

export class QuestionFields {
  /** `ParamsMaker` makes one object of a part, whichever questions share the part. */
  readonly #digests = new WeakMap<Texts, string>();

  of({ operation, lport, interface: current, openVSwitch, bridge }: PrepareParams): string {
    const shared = [openVSwitch.external_ids, openVSwitch.other_config, bridge.other_config];
    const digests = shared.map((texts) => this.#digestOf(texts));
    return JSON.stringify([operation, lport, current, bridge.name, bridge.datapath_type, ...digests]);
  }

  #digestOf(texts: Texts): string {
    const known = this.#digests.get(texts);
    if (known !== undefined) return known;
    const digest = new Bun.CryptoHasher("sha256").update(JSON.stringify(texts)).digest("base64");
    this.#digests.set(texts, digest);
    return digest;
  }
}
