/** Wires what there is to show, what is chosen, and the parts of the page. */
import { Commands } from "./commands";
import { cleared, connectControls, drawControls, excluding } from "./controls";
import { Crumbs } from "./crumbs";
import { isEmpty } from "./diagnosis";
import { byId, say } from "./dom";
import type { Pace, Tools } from "./drawing";
import { DRAWINGS } from "./drawings";
import { drawEmpty, drawEmptyRight } from "./empty";
import { ExportMenu } from "./export/menu";
import { frozenIn } from "./export/frozen";
import { Feed } from "./feed";
import { FilterBox } from "./filter/box";
import { FindingDetail } from "./findings/detail";
import { FindingsFeed } from "./findings/feed";
import { pressing } from "./findings/found";
import { drawHeader, drawOpenFindings, drawState } from "./header";
import { slicer } from "./later";
import { Latest } from "./latest";
import { LeftPanel } from "./left";
import { held, isNewer, keepInAddress, readLink } from "./link";
import { ask, isFrozen } from "./server";
import { RightPanel } from "./right/panel";
import type { Snapshot } from "./snapshot";
import { OWN_TWINS, Stage } from "./stage";
import { down, type Selection } from "./state";
import { growthPath, readGrowth } from "./time/growth";
import { readSeries, seriesPath } from "./time/series";
import { TimelineStrip } from "./time/strip";
import { Tip } from "./tip";
import { trafficOf, type Traffic } from "./traffic";

/** Points of the small curves. */
const RECENT = 90;
/** Milliseconds for which a choice waits for rows that are not there yet. */
const PATIENCE_MS = 500;

const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
const address = keepInAddress(window, changed);
/** A saved page is held for good. */
const store = isFrozen() ? held(address) : address;
const choose = (change: Partial<Selection>): void => {
  store.choose(change);
};
const deeper = (key: string): void => {
  choose(down(store.now, key));
};
const exclude = (word: string): void => {
  choose(excluding(store.now, word));
};
const top = (): void => {
  choose(cleared());
};
const tools: Tools = { choose, ask, still: () => reducedMotion.matches, later: slicer() };
const stage = new Stage(DRAWINGS, tools, new Tip(byId("tip", HTMLElement)), {
  view: (view) => {
    choose({ view });
  },
  choose: (chosen) => {
    choose({ chosen });
  },
  deeper,
});
const left = new LeftPanel(choose);
const right = new RightPanel({ choose, deeper, exclude, top });
const findings = new FindingsFeed({
  news: () => {
    if (feed.latest) news();
  },
  opened: (title) => {
    say(byId("said", HTMLElement), `New finding: ${title}`);
  },
});
const detail = new FindingDetail({
  choose,
  mute: (id, isMuted) => {
    findings.mute(id, isMuted);
  },
});
const strip = new TimelineStrip(byId("timeline", SVGSVGElement), choose);
const crumbs = new Crumbs(byId("crumbs", HTMLElement), choose);
const box = new FilterBox((filter) => {
  choose({ filter });
});
/** The past as it is stacked, and who makes the difference in it, where the server has to say. */
const drawAgain = (): void => {
  draw("live");
};
const series = new Latest({ ask, read: readSeries, changed: drawAgain, every_ms: 2000 });
const growth = new Latest({ ask, read: readGrowth, changed: drawAgain });
const commands = new Commands();
const exports = new ExportMenu(() => stage.current());
const feed = new Feed({ selection: () => store.now, news, state: drawPill });
/** The rest of a drawing, slice by slice. */
const inSlices = slicer();
let before = store.now;
/** Runs while a choice waits for its rows. */
let waiter: ReturnType<typeof setTimeout> | null = null;
/** New numbers came while others were being drawn: the newest follow. */
let isDue = false;

connectControls(store, box, exports, commands);
byId("findings", HTMLButtonElement).addEventListener("click", () => {
  choose({ view: "findings" });
});
commands.add({ key: "c", about: "the flow that grew most", act: chooseCulprit });
drawControls(store.now);
box.show(store.now.filter);
if (isFrozen()) void replay();
else feed.follow();
setInterval(drawPill, 500);
new ResizeObserver(() => {
  draw("still");
}).observe(byId("stage", HTMLElement));

/** Shows what a saved page has inside it. */
async function replay(): Promise<void> {
  const frozen = await frozenIn(document);
  if (frozen === null) return;
  if (location.hash === "") store.choose(readLink(frozen.link));
  feed.replay(frozen);
  findings.replay(frozen.findings);
}

function news(): void {
  if (feed.latest) findings.follow(feed.latest.status);
  // In a task of its own: to read what came took its time as well.
  if (waiter === null) setTimeout(drawAgain, 0);
  else if (feed.knows(store.now)) answer();
}

function changed(selection: Selection): void {
  exports.close();
  if (selection.paused !== before.paused) feed.pause(selection.paused);
  before = selection;
  drawControls(selection);
  box.show(selection.filter);
  feed.follow();
  if (waiter !== null) clearTimeout(waiter);
  const isKnown = feed.knows(selection);
  // Sums of some rows would be wrong: their answer is nearly here.
  waiter = isKnown ? null : setTimeout(answer, PATIENCE_MS);
  if (isKnown) draw("step");
  else drawTime(selection);
}

/** The brush follows the hand, whatever the rest waits for. */
function drawTime(selection: Selection): void {
  const { traffic } = stage;
  if (traffic === null) return;
  if (selection.view === "timeline") stage.draw(traffic, selection, "step");
  else strip.draw(traffic, selection);
}

/** What a choice waited for is here, or will not come soon. */
function answer(): void {
  if (waiter !== null) clearTimeout(waiter);
  waiter = null;
  draw("step");
}

function draw(pace: Pace): void {
  drawPill();
  // Dropped for newer ones again and again, a slow drawing would never end.
  isDue = pace === "live" && document.body.dataset.drawing !== undefined;
  if (isDue) return;
  const mistake = feed.mistake(store.now.filter);
  box.refuse(mistake);
  const selection = mistake ? { ...store.now, filter: "" } : store.now;
  const snapshot = feed.shown(selection);
  if (snapshot) inSlices(marked(parts(snapshot, selection, pace)));
}

/** A drawing that fails is over as well: the next numbers are drawn. */
function* marked(parts: Iterable<void>): Iterable<void> {
  document.body.dataset.drawing = "";
  try {
    yield* parts;
  } finally {
    delete document.body.dataset.drawing;
  }
  document.documentElement.dataset.ready = "";
  if (isDue) setTimeout(drawAgain, 0);
}

/** One part after the other, what was asked for first. */
function* parts(snapshot: Snapshot, selection: Selection, pace: Pace): Iterable<void> {
  const { drain } = snapshot;
  const isWhole = drain.status.state === "file";
  const isHeld = selection.paused && selection.span === null && !isWhole && !isFrozen();
  const isLive = !selection.paused && !isWhole;
  const columns = series.get(seriesPath(selection, isWhole), isLive) ?? feed.history.columns;
  const past = {
    columns,
    held: isHeld ? { time: drain.time, waiting: feed.waiting } : null,
    isWhole,
    back_s: selection.back_s,
    growth: growth.get(growthPath(selection), false),
  };
  const { found } = findings;
  const traffic = trafficOf(snapshot, selection, past, found);
  const empty = isEmpty(drain) && selection.view !== "findings";
  layStage(empty, selection);
  yield;
  if (empty) {
    stage.clear(selection.view);
    drawEmpty(drain);
    drawEmptyRight(byId("right", HTMLElement), drain);
  } else yield* drawTraffic(traffic, selection, pace);
  yield;
  left.draw(traffic, selection);
  yield;
  // The header tells of now; of what is held, where that is what is shown.
  const now = selection.span === null ? drain : (feed.latest ?? drain);
  drawHeader(now, selection.unit, feed.history.recent(RECENT));
  drawOpenFindings(found);
  stage.badge("findings", pressing(found).length);
  document.body.dataset.drains = String(drain.drains);
}

function* drawTraffic(traffic: Traffic, selection: Selection, pace: Pace): Iterable<void> {
  crumbs.draw(traffic, selection);
  stage.draw(traffic, selection, pace);
  yield;
  if (selection.view === "findings") detail.draw(traffic, selection);
  else right.draw(traffic, selection, feed.history.recent(RECENT));
  yield;
  if (selection.view !== "timeline") strip.draw(traffic, selection);
}

function chooseCulprit(): void {
  const culprit = stage.traffic?.culprit;
  if (culprit) choose({ chosen: culprit.key });
}

function layStage(empty: boolean, { view }: Selection): void {
  byId("empty", HTMLElement).hidden = !empty;
  byId("crumbs", HTMLElement).hidden = empty || view === "findings";
  byId("tools", HTMLElement).hidden = empty;
  byId("top", HTMLElement).hidden = view === "findings";
  byId("rows", HTMLElement).hidden = OWN_TWINS.has(view);
  byId("time", HTMLElement).hidden = empty || view === "timeline";
  byId("stage", HTMLElement).classList.toggle("tall", empty);
}

function drawPill(): void {
  const { latest } = feed;
  drawState(
    {
      stream: feed.stream,
      paused: store.now.paused,
      shownAt: feed.shown(store.now)?.drain.time ?? null,
      state: latest?.status.state ?? "live",
      span: store.now.span,
      newerLink: isNewer(location.hash),
    },
    latest?.status.interfaces.map(({ name }) => name) ?? [],
  );
}
