/** The picture of the circle: moves from one scene to the next and lets parts of it stand out. */
import { easeLinear, easePolyOut } from "d3-ease";
import { select } from "d3-selection";
import "d3-transition";
import { drawInside, drawRim } from "./arcs";
import { standingFor } from "./chosen";
import type { Concerned } from "./findings/concerned";
import { addHatch } from "./hatch";
import type { Frame } from "./frame";
import type { Measure } from "./format";
import { placeLabels } from "./labels";
import { drawFlag, drawOutline, type OwnFlow } from "./marked";
import { atOnce } from "./later";
import type { Layout } from "./layout";
import type { Pace, Tools } from "./drawing";
import { between, sceneOf, type Scene } from "./motion";
import { drawInsideNames, drawLabels } from "./names";
import { drawRibbons, layRibbons } from "./ribbons";
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
/** More ribbons than these do not move, and are drawn in slices: they would block the page. */
const MOST_MOVING = 400;
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

  function* steps(scene: Scene, of: Picture): Iterable<void> {
    const key = pointed ?? of.chosen;
    const standing = standingFor(
      of.inside.arcs.map(({ place }) => place),
      key,
    );
    disc.attr("transform", `translate(${of.frame.x},${of.frame.y})`);
    yield* drawRibbons(ribbons, scene, of, standing, pointed);
    yield;
    drawOutline(layers.outline, scene, of);
    drawInside(layers.inside, scene, of);
    yield;
    drawRim(layers.rim, scene, of);
    yield;
    drawInsideNames(layers.names, scene, of);
    drawLabels(layers.labels, scene, of);
    drawFlag(layers.flags, scene, of);
  }
  const paint = (scene: Scene, of: Picture): void => {
    shown = scene;
    tools.later(isMuch(scene) ? eachKeepingFocus(steps(scene, of)) : []);
    if (isMuch(scene)) return;
    keepFocus(() => {
      atOnce(steps(scene, of));
    });
  };

  return {
    draw(next, pace) {
      const goal = goalOf(next);
      const start = shown;
      const isOpening = picture !== null && picture.opened.size !== next.opened.size;
      picture = next;
      svg.classList.toggle("open", next.opened.size > 0);
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
      if (shown && picture) paint(shown, picture);
    },
  };
}

function* eachKeepingFocus(steps: Iterable<void>): Iterable<void> {
  const iterator = steps[Symbol.iterator]();
  while (keepFocus(() => iterator.next()).done !== true) yield;
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
