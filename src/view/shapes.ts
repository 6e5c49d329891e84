/** Every shape of `--json`: docs/json/ has a JSON Schema of each. */
import type * as v from "valibot";
import { explanationShape } from "./explanation-shape.ts";
import { planShape } from "./plan-shape.ts";
import { conformanceShape, identityShape, providersShape, switchPortsShape } from "./program-shapes.ts";
import { statusShape } from "./status-shape.ts";

export interface JsonOutput {
  /** The name of its JSON Schema file. */
  readonly name: string;
  /** The command that prints the shape, as in the usage. */
  readonly command: string;
  readonly shape: v.GenericSchema;
}

export const JSON_OUTPUTS: readonly JsonOutput[] = [
  { name: "status", command: "status --json", shape: statusShape },
  { name: "explain", command: "explain LPORT --json", shape: explanationShape },
  { name: "plan", command: "plan --json", shape: planShape },
  { name: "providers", command: "providers --json", shape: providersShape },
  { name: "providers-check", command: "providers check TYPE --json", shape: conformanceShape },
  { name: "representor-ports", command: "providers representor ports --json", shape: switchPortsShape },
  { name: "version", command: "version --json", shape: identityShape },
];
