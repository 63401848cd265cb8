/** All that the sankey is drawn from: sizes, names, colours, and the numbers placed. */
import { commonPrefix } from "../address";
import { insideColour, OTHER_COLOUR, rimColour } from "../colour";
import type { Measure } from "../format";
import { concernedBy, type Concerned } from "../findings/concerned";
import type { SizeClass } from "../frame";
import { scaleFor, type Scale } from "../scale";
import type { Grouping, Selection } from "../state";
import type { Traffic } from "../traffic";
import { layBands, type Bands } from "./bands";
import { networkOf, type Network, type Node } from "./network";
import { passagesOf } from "./passages";
import type { Names } from "./words";

export interface SankeyPicture {
  readonly size: SizeClass;
  readonly width: number;
  readonly height: number;
  readonly bands: Bands;
  readonly network: Network;
  /** Left edges of the three columns of boxes, and how wide those are. */
  readonly columns: readonly [senders: number, networks: number, receivers: number];
  readonly boxWidth: number;
  readonly top: number;
  readonly measure: Measure;
  readonly scale: Scale;
  /** What the names of senders and receivers leave out: of all on phones, else of named ones. */
  readonly prefixes: readonly [senders: string, receivers: string];
  /** Colour of a strand by its sender and network. */
  readonly colour: (sender: string, network: string) => string;
  readonly chosen: string | null;
  /** Whether endpoints send, and not peers. */
  readonly inner: boolean;
  readonly grouping: Grouping;
  readonly concerned: Concerned;
  readonly names: Names;
}

/** `left`, `right`: room for names and numbers beside the columns. */
const CLASSES = {
  phone: { left: 44, right: 64, top: 80, bottom: 12, box: 8, pitch: 12, gap: [4, 20, 3] },
  desk: { left: 176, right: 176, top: 88, bottom: 24, box: 12, pitch: 13, gap: [6, 22, 4] },
  wide: { left: 236, right: 236, top: 110, bottom: 36, box: 16, pitch: 17, gap: [8, 30, 6] },
} as const;
/** More names would be read by nobody, more strands not told apart. */
const MOST = { senders: 24, networks: 10, receivers: 24 };
/** Part of the height that the names of receivers may take: the rest is for their amounts. */
const NAMES = 0.5;

export function pictureOf(
  traffic: Traffic,
  selection: Selection,
  width: number,
  height: number,
): SankeyPicture {
  const isWide = window.matchMedia("(min-width: 2000px)").matches;
  const size = width < 560 ? "phone" : isWide ? "wide" : "desk";
  const is = CLASSES[size];
  const down = height - is.top - is.bottom;
  const fit = (most: number, pitch: number): number =>
    Math.max(2, Math.min(most, Math.floor(down / pitch) - 2));
  const { culprit } = traffic;
  const network = networkOf(
    passagesOf(traffic, selection),
    {
      senders: fit(MOST.senders, is.pitch),
      networks: fit(MOST.networks, is.pitch + is.gap[1]),
      receivers: fit(MOST.receivers, is.pitch / NAMES),
    },
    ({ row }) => culprit !== null && row === culprit.flow,
  );
  const right = width - is.right - is.box;
  const shared = (nodes: readonly Node[], keep: number): string => {
    const addresses = nodes.map(({ address }) => address).filter((address) => address !== "");
    return commonPrefix(addresses, keep);
  };
  return {
    size,
    width,
    height,
    network,
    bands: layBands(network, is.top, down, {
      gaps: { senders: is.gap[0], networks: is.gap[1], receivers: is.gap[2] },
      pitch: is.pitch,
    }),
    columns: [is.left, (is.left + right) / 2, right],
    boxWidth: is.box,
    top: is.top,
    measure: traffic.measure,
    scale: scaleFor(Math.max(0, ...network.senders.map(({ value }) => value)), traffic.measure),
    prefixes: [shared(network.senders, 1), shared(network.receivers, 2)],
    colour: colours(network.senders, selection),
    chosen: selection.chosen,
    names: traffic.drain.names,
    inner: selection.layer === "overlay",
    grouping: selection.grouping,
    concerned: concernedBy(traffic.findings, [
      ...network.senders,
      ...network.networks,
      ...network.receivers,
    ]),
  };
}

/** By sender, endpoints in shades of their peer; or by network, where the page is grouped so. */
function colours(
  senders: readonly Node[],
  { grouping }: Selection,
): (sender: string, network: string) => string {
  if (grouping === "vni") return (_, network) => rimColour(network);
  const counts = new Map<string, number>();
  const own = new Map(
    senders.map(({ key, kind, peer }) => {
      if (kind !== "endpoint") return [key, rimColour(key)];
      const nth = counts.get(peer) ?? 0;
      counts.set(peer, nth + 1);
      return [key, insideColour(peer, nth)];
    }),
  );
  return (sender) => own.get(sender) ?? OTHER_COLOUR;
}
