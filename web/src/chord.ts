/** The picture of the circle: moves from one scene to the next and lets parts of it stand out. */
import { easeLinear, easePolyOut } from "d3-ease";
import { select } from "d3-selection";
import "d3-transition";
import { drawInside, drawRim } from "./arcs";
import { standingFor, type Standing } from "./chosen";
import type { Concerned } from "./findings/concerned";
import { addHatch } from "./hatch";
import type { Frame } from "./frame";
import type { Measure } from "./format";
import { placeLabels } from "./labels";
import { drawFlag, drawOutline, type OwnFlow } from "./marked";
import { atOnce, FRAME, slicer } from "./later";
import type { Layout } from "./layout";
import type { Pace, Tools } from "./drawing";
import { between, sceneOf, type Scene } from "./motion";
import { drawInsideNames, drawLabels } from "./names";
import { drawRibbons, layRibbons, pointOut } from "./ribbons";
import { keepFocus } from "./svg";
import type { Culprit } from "./culprit";

/** All that a picture is drawn from. */
export interface Picture {
  readonly rim: Layout;
  readonly inside: Layout;
  readonly opened: ReadonlySet<string>;
  readonly frame: Frame;
  readonly measure: Measure;
  /** Key of what is chosen. */
  readonly chosen: string | null;
  readonly culprit: Culprit | null;
  readonly concerned: Concerned;
  /** What its own flow carries. */
  readonly own: OwnFlow;
  /** What one tick on the rim stands for, in the measure's unit; 0 for no ticks. */
  readonly tick: number;
  /** What all peers' addresses have in common, left out where there is little room. */
  readonly peerPrefix: string;
  /** The same for the names of what stands inside; "" writes them whole. */
  readonly insidePrefix: string;
}

export interface Chord {
  draw(picture: Picture, pace: Pace): void;
  /** Everything that has nothing to do with this key fades; null lets all stand out again. */
  emphasise(key: string | null): void;
}

const LIVE_MS = 300;
/** More ribbons than these do not move, and are drawn frame by frame: they would block the page. */
const MOST_MOVING = 400;
/** A picture of so much takes a while to paint: few long slices, so that it is painted few times. */
const SLICE_MS = 12;
const STEP_MS = 280;
const EASE_STEP = easePolyOut.exponent(4);

export function createChord(svg: SVGSVGElement, tools: Tools): Chord {
  const root = select(svg);
  const defs = root.append("defs").call(addHatch, "hatch");
  const disc = root.append("g").attr("class", "disc");
  const ribbons = layRibbons(disc, defs);
  const layers = {
    outline: disc.append("g").attr("class", "outline"),
    inside: disc.append("g").attr("class", "inside"),
    rim: disc.append("g").attr("class", "rim"),
    names: disc.append("g").attr("class", "inside-names"),
    labels: disc.append("g").attr("class", "labels"),
    flags: disc.append("g").attr("class", "flags"),
  };
  let shown: Scene | null = null;
  let picture: Picture | null = null;
  let pointed: string | null = null;
  const inSlices = slicer(undefined, undefined, SLICE_MS);
  /** Whether much is on its way: newer numbers wait, as dropped again and again none would come. */
  let isBusy = false;

  function* steps(scene: Scene, of: Picture): Iterable<unknown> {
    disc.attr("transform", `translate(${of.frame.x},${of.frame.y})`);
    yield* drawRim(layers.rim, scene, of);
    drawLabels(layers.labels, scene, of);
    drawFlag(layers.flags, scene, of);
    yield FRAME;
    yield* drawRibbons(ribbons, scene, of, standingIn(of), pointed);
    drawOutline(layers.outline, scene, of);
    yield;
    yield* drawInside(layers.inside, scene, of);
    drawInsideNames(layers.names, scene, of);
  }
  /** What stands out: that under the pointer, else what is chosen. */
  const standingIn = ({ inside, chosen }: Picture): Standing | null =>
    standingFor(
      inside.arcs.map(({ place }) => place),
      pointed ?? chosen,
    );
  const paint = (scene: Scene, of: Picture): void => {
    shown = scene;
    isBusy = isMuch(scene);
    svg.classList.toggle("much", isBusy);
    svg.classList.toggle("open", of.opened.size > 0);
    inSlices(isBusy ? eachKeepingFocus(whole(scene, of)) : []);
    if (isBusy) return;
    keepFocus(() => {
      atOnce(steps(scene, of));
    });
  };
  function* whole(scene: Scene, of: Picture): Iterable<unknown> {
    yield FRAME;
    yield* steps(scene, of);
    isBusy = false;
    if (picture && picture !== of) paint(goalOf(picture), picture);
  }

  return {
    draw(next, pace) {
      const start = shown;
      const isOpening = picture !== null && picture.opened.size !== next.opened.size;
      picture = next;
      if (isBusy && pace === "live") return;
      const goal = goalOf(next);
      const isJump = start === null || isMuch(start) || isMuch(goal);
      if (isJump || pace === "still" || tools.still()) {
        disc.interrupt();
        paint(goal, next);
        return;
      }
      const slow = isOpening || pace === "step";
      disc
        .transition()
        .duration(slow ? STEP_MS : LIVE_MS)
        .ease(slow ? EASE_STEP : easeLinear)
        .tween("scene", () => (t: number) => {
          paint(between(start, goal, t), next);
        });
    },
    emphasise(key) {
      if (key === pointed) return;
      pointed = key;
      if (!shown || !picture) return;
      if (isBusy) paint(goalOf(picture), picture);
      else pointOut(ribbons, shown, picture, standingIn(picture), pointed);
    },
  };
}

function* eachKeepingFocus(steps: Iterable<unknown>): Iterable<unknown> {
  const iterator = steps[Symbol.iterator]();
  for (;;) {
    const step = keepFocus(() => iterator.next());
    if (step.done === true) return;
    yield step.value;
  }
}

function isMuch({ ribbons }: Scene): boolean {
  return ribbons.length > MOST_MOVING;
}

function goalOf({ rim, inside, opened, chosen, frame }: Picture): Scene {
  const wanted = rim.arcs.map(({ start, end, sent, received, place }) => ({
    start,
    end,
    weight: place.key === chosen || place.kind === "other" ? Infinity : sent + received,
    // Beside several opened arcs the names of one would lie on the label of the next.
    isOpened: opened.size > 1 || opened.has(place.key),
  }));
  return sceneOf(rim, inside, placeLabels(wanted, frame), (key) =>
    opened.has(key) ? frame.opened : frame.closed,
  );
}
