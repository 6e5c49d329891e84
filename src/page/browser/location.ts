/** The place that the page shows: the part of the address behind `#`, so that links and the browser's history work. Pure. */

export type Place =
  | { readonly kind: "ports" }
  | { readonly kind: "port"; readonly lport: string }
  | { readonly kind: "graph" };

export function placeOf(hash: string): Place {
  if (hash === "#/graph") return { kind: "graph" };
  const port = /^#\/port\/(.+)$/s.exec(hash)?.[1];
  if (port === undefined) return { kind: "ports" };
  try {
    return { kind: "port", lport: decodeURIComponent(port) };
  } catch {
    return { kind: "ports" };
  }
}

export function hashOf(place: Place): string {
  if (place.kind === "graph") return "#/graph";
  return place.kind === "port" ? `#/port/${encodeURIComponent(place.lport)}` : "#/";
}
