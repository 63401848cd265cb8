/** Wires the stream, the selection and the parts of the page. */
import { readDrain, readTimeline, type Drain } from "./api";
import { cleared, connectControls, drawControls } from "./controls";
import { Crumbs } from "./crumbs";
import { isEmpty } from "./diagnosis";
import { byId, make } from "./dom";
import type { Pace, Tools } from "./drawing";
import { DRAWINGS } from "./drawings";
import { drawEmpty, drawEmptyRight } from "./empty";
import { frozenIn } from "./export/frozen";
import { ExportMenu } from "./export/menu";
import { FilterBox } from "./filter/box";
import { valueOf, withValue } from "./filter/edit";
import { Force } from "./filter/force";
import { drawHeader, drawPill } from "./header";
import { drawLeft } from "./left";
import { slicer } from "./later";
import { held, keepInAddress, readLink } from "./link";
import { Live, type Asked, type Stream } from "./live";
import { noticeOf, pillOf, type Condition } from "./pill";
import { tellsAll } from "./passing";
import { RightPanel } from "./right";
import { columnOf, columnsOf } from "./series";
import { arrive, NOTHING, pause, resume, shown, waiting } from "./snapshot";
import { ask, isFrozen } from "./server";
import { Stage } from "./stage";
import { down, type Selection } from "./state";
import { History } from "./time/history";
import { TimelineStrip } from "./time/strip";
import { Tip } from "./tip";
import { focusOf, trafficOf, type Traffic } from "./traffic";

/** Points of the small curves. */
const RECENT = 90;
/** Milliseconds for which a choice waits for rows that are not held. */
const PATIENCE_MS = 500;

let hold = NOTHING;
let stream: Stream = { kind: "connecting" };
let waiter: ReturnType<typeof setTimeout> | null = null;

const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
const address = keepInAddress(window, changed);
/** A saved page is held for good. */
const store = isFrozen() ? held(address) : address;
const choose = (change: Partial<Selection>): void => {
  store.choose(change);
};
const tools: Tools = {
  choose,
  ask,
  still: () => reducedMotion.matches,
  later: slicer(),
};
const stage = new Stage(DRAWINGS, tools, new Tip(byId("tip", HTMLElement)), {
  view: (view) => {
    choose({ view });
  },
  choose: (chosen) => {
    choose({ chosen });
  },
  deeper: (key) => {
    choose(down(store.now, key));
  },
});
const right = byId("right", HTMLElement);
const panel = new RightPanel(right, {
  choose: (chosen) => {
    choose({ chosen });
  },
  top: () => {
    choose(cleared());
  },
});
const history = new History();
const timeline = new TimelineStrip(byId("timeline", SVGSVGElement), choose);
const crumbs = new Crumbs(byId("crumbs", HTMLElement), {
  choose,
  clear: () => {
    choose(cleared());
  },
});
const box = new FilterBox((filter) => {
  choose({ filter });
});
const force = new Force(follow);
const live = new Live({ drain: received, stream: streamed });
let before = store.now;

const exports = new ExportMenu(() => stage.current());
connectControls(store, box, exports);
drawControls(store.now);
if (isFrozen()) void replay();
else follow();
setInterval(drawState, 500);
new ResizeObserver(() => {
  draw("still");
}).observe(byId("stage", HTMLElement));

function askedBy(selection: Selection): Asked {
  const window = selection.period === "rate" ? "last" : "total";
  return { window, filter: selection.filter, peer: focusOf(selection) };
}

/** Asks for what is chosen; while its filter is being judged the stream stays as it is. */
function follow(): void {
  const { filter } = store.now;
  box.show(filter);
  if (isFrozen()) return;
  const mistake = force.mistake(filter);
  if (mistake) box.refuse(mistake);
  if (force.isTaken(filter)) live.follow(askedBy(store.now));
  else if (mistake || hold.latest === null) live.follow(askedBy({ ...store.now, filter: "" }));
}

function received(drain: Drain, asked: Asked): void {
  hold = arrive(hold, drain, asked, store.now.paused);
  history.add(columnOf(drain));
  if (waiter === null) draw("live");
  else if (asked.filter === store.now.filter) answer();
}

function streamed(next: Stream): void {
  stream = next;
  drawState();
  if (next.kind !== "live") return;
  follow();
  void loadPast();
}

/** Shows what a saved page has inside it. */
async function replay(): Promise<void> {
  const frozen = await frozenIn(document);
  if (frozen === null) return;
  stream = { kind: "frozen", since: frozen.saved };
  if (location.hash === "") store.choose(readLink(frozen.link));
  history.load(columnsOf(readTimeline(frozen.timeline)));
  const { period } = store.now;
  const window = period === "rate" ? "last" : "total";
  received(readDrain(frozen.snapshot), { window, filter: "", peer: null });
}

/** What was before the page opened, or while the stream was broken. */
async function loadPast(): Promise<void> {
  const response = await fetch("api/v1/timeline");
  if (!response.ok) return;
  history.load(columnsOf(readTimeline(await response.json())));
  draw("live");
}

function changed(selection: Selection): void {
  exports.close();
  if (selection.paused !== before.paused) hold = selection.paused ? pause(hold) : resume(hold);
  before = selection;
  drawControls(selection);
  follow();
  const snapshot = shown(hold);
  if (waiter !== null) clearTimeout(waiter);
  const isKnown = selection.paused || snapshot === null || tellsAll(snapshot, selection.filter);
  // Sums of some rows would be wrong: their answer is nearly here.
  waiter = isKnown ? null : setTimeout(answer, PATIENCE_MS);
  if (isKnown) draw("step");
}

/** What a choice waited for is here, or will not come soon. */
function answer(): void {
  if (waiter !== null) clearTimeout(waiter);
  waiter = null;
  draw("step");
}

function draw(pace: Pace): void {
  drawState();
  const snapshot = shown(hold);
  if (!snapshot || !hold.latest) return;
  const mistake = force.mistake(store.now.filter);
  const selection = mistake ? { ...store.now, filter: "" } : store.now;
  const isWhole = snapshot.drain.status.state === "file";
  const isHeld = selection.paused && !isWhole && !isFrozen();
  const held = isHeld ? { time: snapshot.drain.time, waiting: waiting(hold) } : null;
  const traffic = trafficOf(snapshot, selection, { columns: history.columns, held, isWhole });
  drawHeader(snapshot.drain, selection.unit, history.recent(RECENT));
  drawLeft(traffic, selection, (vni) => {
    const { filter } = store.now;
    choose({ filter: withValue(filter, "vni", vni === valueOf(filter, "vni") ? null : vni) });
  });
  const empty = isEmpty(snapshot.drain);
  layStage(empty, selection);
  if (empty) {
    stage.clear();
    drawEmpty(snapshot.drain);
    drawEmptyRight(right, snapshot.drain);
  } else drawTraffic(traffic, selection, pace);
  document.body.dataset.drains = String(snapshot.drain.drains);
  document.documentElement.dataset.ready = "";
}

function drawTraffic(traffic: Traffic, selection: Selection, pace: Pace): void {
  crumbs.draw(traffic, selection);
  panel.draw(traffic, selection, history.recent(RECENT));
  stage.draw(traffic, selection, pace);
  if (selection.view !== "timeline") timeline.draw(traffic, selection, focusOf(selection));
}

function layStage(empty: boolean, { view }: Selection): void {
  byId("empty", HTMLElement).hidden = !empty;
  byId("crumbs", HTMLElement).hidden = empty;
  byId("time", HTMLElement).hidden = empty || view === "timeline";
  byId("stage", HTMLElement).classList.toggle("tall", empty);
}

function drawState(): void {
  const snapshot = shown(hold);
  const condition: Condition = {
    stream,
    paused: store.now.paused,
    shownAt: snapshot?.drain.time ?? null,
    state: hold.latest?.drain.status.state ?? "live",
  };
  drawPill(pillOf(condition, Date.now()));
  byId("pause", HTMLElement).hidden = condition.state === "file";
  const names = hold.latest?.drain.status.interfaces.map(({ name }) => name).join(", ") ?? "";
  const words = noticeOf(condition, names);
  const notice = byId("notice", HTMLElement);
  notice.hidden = words === null;
  if (words && notice.textContent !== words.join(" ")) {
    notice.replaceChildren(make("b", {}, words[0]), ` ${words[1]}`);
  }
}
