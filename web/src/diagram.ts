/** The chord as a drawing: sizes, the order of its marks for the arrow keys, legend, twin. */
import { tickStep } from "d3-array";
import { commonPrefix } from "./address";
import { createChord, type Chord, type Picture } from "./chord";
import { byId, say } from "./dom";
import type { Drawing, Kind, Pace, Tools, Twin } from "./drawing";
import { concernedBy } from "./findings/concerned";
import { roundText } from "./format";
import { frameFor, type Openness } from "./frame";
import { layOut, layOutInside } from "./layout";
import type { OwnFlow } from "./marked";
import { insideName } from "./names";
import { pairTwin } from "./pairs";
import type { Selection } from "./state";
import type { Traffic } from "./traffic";

/** About as many ticks go round the circle. */
const TICKS = 60;
/** Stands in the legend for what the short names say. */
const REST = "x.y";
/** Radians; see layout.ts. */
const RIM = { gap: 0.032, least: 0.022 };
const INSIDE = { gap: 0.006, least: 0.014 };

export const chord: Kind = {
  name: "chord",
  title: "Chord",
  about: "Who sends how much to whom, as a chord diagram",
  make: (panel, tools) => new Diagram(panel, tools),
};

class Diagram implements Drawing {
  private readonly svg = byId("chord", SVGSVGElement);
  private readonly chord: Chord;

  constructor(_panel: HTMLElement, tools: Tools) {
    this.chord = createChord(this.svg, tools);
  }

  draw(traffic: Traffic, selection: Selection, pace: Pace): void {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === 0) return;
    const picture = pictureOf(traffic, selection, width, height);
    this.chord.draw(picture, pace);
    drawLegend(traffic, picture);
    const quiet = byId("quiet", HTMLElement);
    quiet.hidden = traffic.total > 0;
    say(quiet, quietText(traffic, selection));
  }

  emphasise(key: string | null): void {
    this.chord.emphasise(key);
  }

  picture(): SVGSVGElement {
    return this.svg;
  }

  twin(traffic: Traffic): Twin {
    return pairTwin(traffic);
  }
}

function pictureOf(traffic: Traffic, selection: Selection, width: number, height: number): Picture {
  const { opened, measure, culprit } = traffic;
  const rim = layOut(traffic.rim, RIM);
  const inside = traffic.inside === traffic.rim ? rim : layOutInside(rim, traffic.inside, INSIDE);
  const own = inside.arcs.filter(({ place }) => place.key !== place.rim);
  const inner = own.map(({ place }) => place.address).filter((address) => address !== "");
  const insidePrefix = commonPrefix(inner, 2);
  const names = own.map((arc) => insideName(arc, insidePrefix).length);
  const openness: Openness =
    opened.size === 0 ? "closed" : opened.size === 1 && rim.arcs.length > 1 ? "one" : "all";
  const isWide = window.matchMedia("(min-width: 2000px)").matches;
  const peers = traffic.rim.places.filter(({ kind }) => kind === "peer");
  return {
    rim,
    inside,
    opened,
    frame: frameFor(width, height, isWide, openness, Math.max(0, ...names)),
    measure,
    chosen: selection.chosen,
    culprit,
    concerned: concernedBy(traffic.findings, [...traffic.rim.places, ...traffic.inside.places]),
    own: ownFlow(traffic),
    tick: width < 560 || traffic.total <= 0 ? 0 : tickStep(0, traffic.total, TICKS),
    peerPrefix: commonPrefix(
      peers.map(({ address }) => address),
      1,
    ),
    insidePrefix,
  };
}

/** What the culprit's flow carries, and what comes back. */
function ownFlow({ culprit, flows, amount }: Traffic): OwnFlow {
  if (culprit === null) return { sent: 0, received: 0 };
  const { flow } = culprit;
  const back = flows.find(
    (row) =>
      row.vni === flow.vni &&
      row.outer_src === flow.outer_dst &&
      row.outer_dst === flow.outer_src &&
      row.inner_src === flow.inner_dst &&
      row.inner_dst === flow.inner_src,
  );
  return { sent: amount(flow), received: back ? amount(back) : 0 };
}

function drawLegend({ measure }: Traffic, picture: Picture): void {
  const parts = [`arc length = ${measure.unit === "bits" ? "bits" : "packets"} sent`];
  if (picture.tick > 0) parts.push(`one tick = ${roundText(picture.tick, measure)}`);
  if (picture.insidePrefix !== "") parts.push(`labels: ${picture.insidePrefix}${REST}`);
  else if (picture.rim.arcs.some(({ place }) => place.name !== "") && picture.peerPrefix !== "") {
    parts.push(`labels: ${picture.peerPrefix}x`);
  }
  say(byId("scale", HTMLElement), parts.join(" · "));
}

function quietText({ drain, measure }: Traffic, { filter }: Selection): string {
  if (drain.status.state === "gone" && measure.period === "rate") {
    return "Nothing any more. Choose “total” for all that was counted.";
  }
  const which = filter === "" ? "" : ` with ${filter}`;
  const when = measure.period === "rate" ? " in the last interval" : " since the start";
  return `No tunnelled traffic${which}${when}`;
}
