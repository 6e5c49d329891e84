/**
 * A layered layout from left to right. Every node is right of its inputs, edges over several layers pass between the nodes of
 * those layers, and the order in each layer keeps crossings few.
 *
 * Pure geometry of boxes and links.
 */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** A link leaves its box at half of `headHeight`, and enters the other box at `inset` below its top. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly inset: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The top left corner of each box. */
  readonly corners: readonly Point[];
  /** For each link its points: the start, one point for each layer on the way, the end. */
  readonly paths: readonly (readonly Point[])[];
}

/** A box, or the place where a link passes a layer (a height of 0 and no box). */
interface Item {
  readonly layer: number;
  readonly height: number;
  readonly outset: number;
  /** The linked items of the layer before and of the layer after, with the height at which each link enters its box. */
  readonly before: { readonly item: Item; readonly inset: number }[];
  readonly after: { readonly item: Item; readonly inset: number }[];
  y: number;
}

const GAP_X = 110;
const GAP_Y = 22;
const PASS_GAP_Y = 10;
const SWEEPS = 24;

/** @param boxes in topological order: every link leads to a later box */
export function layOut(boxes: readonly Box[], links: readonly Link[], headHeight: number): Layout {
  const layerOf = layersOf(boxes.length, links);
  const layers: Item[][] = Array.from({ length: Math.max(0, ...layerOf) + 1 }, () => []);
  const add = (layer: number, height: number, outset: number): Item => {
    const item: Item = { layer, height, outset, before: [], after: [], y: 0 };
    layers[layer]?.push(item);
    return item;
  };
  const items = boxes.map(({ height }, i) => add(layerOf[i] ?? 0, height, headHeight / 2));
  const chains = links.map((link) => chainOf(link, items, add));
  placeVertically(layers);

  const columns = columnsOf(boxes, layerOf, layers.length);
  const top = Math.min(0, ...layers.flat().map(({ y }) => y));
  const at = (item: Item, x: number, offset: number): Point => ({ x, y: item.y - top + offset });
  return {
    width: Math.max(0, ...columns.map(({ x, width }) => x + width)),
    height: Math.max(0, ...layers.flat().map(({ y, height }) => y - top + height)),
    corners: items.map((item) => at(item, columns[item.layer]?.x ?? 0, 0)),
    paths: chains.map((chain, i) =>
      chain.flatMap((item, step) => {
        const { x, width } = columns[item.layer] ?? { x: 0, width: 0 };
        if (step === 0) {
          // Level to the end of the column, so that the line crosses no wider box above or below.
          const right = x + (boxes[links[i]?.from ?? 0]?.width ?? 0);
          const start = at(item, right, item.outset);
          return right < x + width ? [start, at(item, x + width, item.outset)] : [start];
        }
        if (step === chain.length - 1) return [at(item, x, links[i]?.inset ?? 0)];
        return [at(item, x, 0), at(item, x + width, 0)];
      }),
    ),
  };
}

/** Boxes without an input are in the layer before the first box that they lead to. */
function layersOf(count: number, links: readonly Link[]): number[] {
  const layers: number[] = new Array(count).fill(0);
  for (let box = 0; box < count; box++) {
    for (const { from, to } of links) {
      if (to === box) layers[box] = Math.max(layers[box] ?? 0, (layers[from] ?? 0) + 1);
    }
  }
  for (let box = count - 1; box >= 0; box--) {
    if (links.some(({ to }) => to === box)) continue;
    const nexts = links.filter(({ from }) => from === box).map(({ to }) => layers[to] ?? 0);
    if (nexts.length > 0) layers[box] = Math.min(...nexts) - 1;
  }
  return layers;
}

function chainOf(
  link: Link,
  items: readonly Item[],
  add: (layer: number, height: number, outset: number) => Item,
): Item[] {
  const [from, to] = [items[link.from], items[link.to]];
  if (from === undefined || to === undefined)
    throw new RangeError("a link leads to a box that does not exist");
  const chain = [from];
  for (let layer = from.layer + 1; layer < to.layer; layer++) chain.push(add(layer, 0, 0));
  chain.push(to);
  for (let i = 1; i < chain.length; i++) {
    const [a, b] = [chain[i - 1], chain[i]];
    if (a === undefined || b === undefined) continue;
    const inset = b === to ? link.inset : 0;
    b.before.push({ item: a, inset });
    a.after.push({ item: b, inset });
  }
  return chain;
}

/** Sweeps over the layers forth and back, and moves every item towards its neighbours. */
function placeVertically(layers: readonly Item[][]): void {
  for (const layer of layers) spread(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (const layer of forth ? layers : [...layers].reverse()) {
      for (const item of layer)
        item.y = wantedY(item, sweep < SWEEPS / 2 ? (forth ? "before" : "after") : "both");
      layer.sort((a, b) => a.y + a.height / 2 - (b.y + b.height / 2));
      spread(layer);
    }
  }
}

/** The height at which the links of an item are straight on average. */
function wantedY(item: Item, side: "before" | "after" | "both"): number {
  const wanted: number[] = [];
  if (side !== "after") for (const { item: a, inset } of item.before) wanted.push(a.y + a.outset - inset);
  if (side !== "before") for (const { item: b, inset } of item.after) wanted.push(b.y + inset - item.outset);
  return wanted.length === 0 ? item.y : wanted.reduce((a, b) => a + b, 0) / wanted.length;
}

/** Moves the items of a layer apart as little as needed, in their order. Neighbours that collide move as one block. */
function spread(layer: readonly Item[]): void {
  const blocks: { items: Item[]; y: number; height: number }[] = [];
  for (const item of layer) {
    let block = { items: [item], y: item.y, height: item.height };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.y + last.height + gap(last, block) > block.y;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      const [n, m] = [last.items.length, block.items.length];
      const shift = last.height + gap(last, block);
      block = {
        items: [...last.items, ...block.items],
        y: (last.y * n + (block.y - shift) * m) / (n + m),
        height: shift + block.height,
      };
    }
    blocks.push(block);
  }
  for (const { items, y } of blocks) {
    let at = y;
    items.forEach((item, i) => {
      item.y = at;
      const next = items[i + 1];
      at += item.height + (next === undefined ? 0 : gap({ items: [item] }, { items: [next] }));
    });
  }
}

function gap(above: { readonly items: readonly Item[] }, below: { readonly items: readonly Item[] }): number {
  return above.items.at(-1)?.height === 0 && below.items[0]?.height === 0 ? PASS_GAP_Y : GAP_Y;
}

function columnsOf(
  boxes: readonly Box[],
  layerOf: readonly number[],
  count: number,
): { x: number; width: number }[] {
  const columns: { x: number; width: number }[] = [];
  let x = 0;
  for (let layer = 0; layer < count; layer++) {
    const width = Math.max(0, ...boxes.filter((_, i) => layerOf[i] === layer).map((box) => box.width));
    columns.push({ x, width });
    x += width + GAP_X;
  }
  return columns;
}
