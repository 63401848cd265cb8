/** A network to places: where each node stands and how each strand runs. All lengths in px. */
import type { Network, Node, Strand } from "./network";

export interface Box {
  readonly node: Node;
  /** Upper edge. */
  readonly y: number;
  readonly height: number;
}

/** A strand as wide as what it carries, at its left and at its right end. */
export interface Band {
  readonly strand: Strand;
  readonly left: number;
  readonly right: number;
  readonly width: number;
}

export interface Bands {
  readonly senders: readonly Box[];
  readonly networks: readonly Box[];
  readonly receivers: readonly Box[];
  readonly into: readonly Band[];
  readonly out: readonly Band[];
  /** Px for one of the measure's unit. */
  readonly scale: number;
}

export interface Spacing {
  /** Smallest distance between two nodes of each column. */
  readonly gaps: Record<"senders" | "networks" | "receivers", number>;
  /** Smallest distance between the middles of two nodes: their labels need it. */
  readonly pitch: number;
}

type Column = "senders" | "networks" | "receivers";

/** Halving this often is exact to less than a px of any screen. */
const HALVINGS = 40;

export function layBands(network: Network, top: number, height: number, spacing: Spacing): Bands {
  const scaleOf = (column: Column): number =>
    largestScale(network[column], height, spacing.gaps[column], spacing.pitch);
  const scale = Math.min(scaleOf("senders"), scaleOf("networks"), scaleOf("receivers"));
  const boxes = (column: Column): Box[] =>
    stand(network[column], scale, top, height, spacing.gaps[column], spacing.pitch);
  const [senders, networks, receivers] = [boxes("senders"), boxes("networks"), boxes("receivers")];
  const order = new Map(senders.map(({ node }, i) => [node.key, i]));
  return {
    senders,
    networks,
    receivers,
    into: run(network.into, senders, networks, order, scale),
    out: run(network.out, networks, receivers, order, scale),
    scale,
  };
}

/** The outline of a band between two columns: level at both ends. */
export function bandPath(band: Band, x0: number, x1: number): string {
  // What is thinner than a px is still drawn.
  const width = Math.max(band.width, 0.75);
  const middle = (x0 + x1) / 2;
  const [a, b] = [band.left, band.right];
  return (
    `M${px(x0)},${px(a)}C${px(middle)},${px(a)} ${px(middle)},${px(b)} ${px(x1)},${px(b)}` +
    `v${px(width)}C${px(middle)},${px(b + width)} ${px(middle)},${px(a + width)} ${px(x0)},${px(a + width)}Z`
  );
}

function slot(node: Node, scale: number, gap: number, pitch: number): number {
  return Math.max(node.value * scale + gap, pitch);
}

/** The largest scale at which all nodes have their gap and their labels room. */
function largestScale(nodes: readonly Node[], height: number, gap: number, pitch: number): number {
  const total = nodes.reduce((sum, { value }) => sum + value, 0);
  if (total <= 0) return Infinity;
  let [fits, tooLarge] = [0, height / total];
  for (let i = 0; i < HALVINGS; i++) {
    const scale = (fits + tooLarge) / 2;
    const used = nodes.reduce((sum, node) => sum + slot(node, scale, gap, pitch), 0);
    if (used <= height) fits = scale;
    else tooLarge = scale;
  }
  return fits;
}

/** Nodes one below the other, what is left over between them. */
function stand(
  nodes: readonly Node[],
  scale: number,
  top: number,
  height: number,
  gap: number,
  pitch: number,
): Box[] {
  const finite = Number.isFinite(scale) ? scale : 0;
  const slots = nodes.map((node) => slot(node, finite, gap, pitch));
  const used = slots.reduce((sum, size) => sum + size, 0);
  const extra = Math.max(0, height - used) / Math.max(1, nodes.length);
  let at = top;
  return nodes.map((node, i) => {
    const own = (slots[i] ?? 0) + extra;
    const size = node.value * finite;
    const box = { node, y: at + (own - size) / 2, height: size };
    at += own;
    return box;
  });
}

/** Strands leave in the order of where they go, and arrive in the order of where they came from. */
function run(
  strands: readonly Strand[],
  left: readonly Box[],
  right: readonly Box[],
  senders: ReadonlyMap<string, number>,
  scale: number,
): Band[] {
  const [from, to] = [new Ends(left), new Ends(right)];
  const sender = (strand: Strand): number => senders.get(strand.sender) ?? 0;
  const leaving = [...strands].sort(
    (a, b) => to.place(a.to) - to.place(b.to) || sender(a) - sender(b),
  );
  const starts = new Map(
    leaving.map((strand) => [strand.key, from.take(strand.from, strand.value * scale)]),
  );
  const arriving = [...strands].sort(
    (a, b) => from.place(a.from) - from.place(b.from) || sender(a) - sender(b),
  );
  return arriving.flatMap((strand) => {
    if (strand.value <= 0) return [];
    const width = strand.value * scale;
    return { strand, left: starts.get(strand.key) ?? 0, right: to.take(strand.to, width), width };
  });
}

/** One side of a column: hands out its nodes' edges from top to bottom. */
class Ends {
  private readonly at: Map<string, number>;
  private readonly places: ReadonlyMap<string, number>;

  constructor(boxes: readonly Box[]) {
    this.at = new Map(boxes.map(({ node, y }) => [node.key, y]));
    this.places = new Map(boxes.map(({ node }, i) => [node.key, i]));
  }

  place(key: string): number {
    return this.places.get(key) ?? 0;
  }

  take(key: string, width: number): number {
    const at = this.at.get(key) ?? 0;
    this.at.set(key, at + width);
    return at;
  }
}

function px(length: number): string {
  return String(Math.round(length * 100) / 100);
}
