/** Wires the stream, the selection and the parts of the page. */
import { readTimeline, type Drain } from "./api";
import { cleared, connectControls, drawControls } from "./controls";
import { Crumbs } from "./crumbs";
import { isEmpty } from "./diagnosis";
import { Diagram } from "./diagram";
import type { Pace } from "./chord";
import { byId, make } from "./dom";
import { drawEmpty, drawEmptyRight } from "./empty";
import { drawHeader, drawPill } from "./header";
import { drawLeft } from "./left";
import { Live, type Stream } from "./live";
import { noticeOf, pillOf, type Condition } from "./pill";
import { RightPanel } from "./right";
import { columnOf, columnsOf } from "./series";
import { arrive, NOTHING, pause, resume, shown, waiting } from "./snapshot";
import { keepInAddress, up, type Selection } from "./state";
import { Table } from "./table";
import { TimelineStrip } from "./timeline";
import { viewOf, type View } from "./view";

/** Points of the small curves. */
const RECENT = 90;

let hold = NOTHING;
let stream: Stream = { kind: "connecting" };

const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
const store = keepInAddress(window, changed);
const open = (peer: string): void => {
  store.choose({ peer });
};
const diagram = new Diagram(open, () => reducedMotion.matches);
const table = new Table(byId("panel-table", HTMLElement), open);
const right = byId("right", HTMLElement);
const panel = new RightPanel(right, {
  open,
  up: () => {
    store.choose(up(store.now));
  },
});
const timeline = new TimelineStrip(byId("timeline", SVGSVGElement));
const crumbs = new Crumbs(byId("crumbs", HTMLElement), {
  allPeers: () => {
    store.choose({ peer: null });
  },
  allNetworks: () => {
    store.choose({ vni: null });
  },
  clear: () => {
    store.choose(cleared());
  },
});
const live = new Live({ drain: received, stream: streamed });
let before = store.now;

connectControls(store);
drawControls(store.now);
live.follow(store.now);
setInterval(drawState, 500);
new ResizeObserver(() => {
  draw("still");
}).observe(byId("stage", HTMLElement));

function received(drain: Drain, peer: string | null): void {
  hold = arrive(hold, drain, peer, store.now.paused);
  timeline.add(columnOf(drain));
  draw("live");
}

function streamed(next: Stream): void {
  stream = next;
  drawState();
  if (next.kind === "live") void loadPast();
}

/** What was before the page opened, or while the stream was broken. */
async function loadPast(): Promise<void> {
  const response = await fetch("api/v1/timeline");
  if (!response.ok) return;
  timeline.load(columnsOf(readTimeline(await response.json())));
  draw("live");
}

function changed(selection: Selection): void {
  if (selection.paused !== before.paused) hold = selection.paused ? pause(hold) : resume(hold);
  before = selection;
  drawControls(selection);
  live.follow(selection);
  draw("step");
}

function draw(pace: Pace): void {
  drawState();
  const snapshot = shown(hold);
  if (!snapshot || !hold.latest) return;
  const selection = store.now;
  const view = viewOf(snapshot, selection);
  drawHeader(snapshot.drain, selection.unit, timeline.recent(RECENT));
  drawLeft(view, selection, (vni) => {
    store.choose({ vni });
  });
  const empty = isEmpty(snapshot.drain);
  layStage(empty, selection);
  if (empty) {
    drawEmpty(snapshot.drain);
    drawEmptyRight(right, snapshot.drain);
  } else drawTraffic(view, selection, pace);
  document.body.dataset.drains = String(snapshot.drain.drains);
  document.documentElement.dataset.ready = "";
}

function drawTraffic(view: View, selection: Selection, pace: Pace): void {
  crumbs.draw(view, selection);
  panel.draw(view, selection, timeline.recent(RECENT));
  if (selection.view === "chord") diagram.draw(view, selection, pace);
  else table.draw(view, selection);
  const held = selection.paused ? { time: view.drain.time, waiting: waiting(hold) } : null;
  timeline.draw({ unit: selection.unit, peer: selection.peer, held });
}

function layStage(empty: boolean, { view }: Selection): void {
  byId("empty", HTMLElement).hidden = !empty;
  byId("crumbs", HTMLElement).hidden = empty;
  byId("time", HTMLElement).hidden = empty;
  byId("panel-chord", HTMLElement).hidden = empty || view !== "chord";
  byId("panel-table", HTMLElement).hidden = empty || view !== "table";
  byId("stage", HTMLElement).classList.toggle("tall", empty);
}

function drawState(): void {
  const snapshot = shown(hold);
  const condition: Condition = {
    stream,
    paused: store.now.paused,
    shownAt: snapshot?.drain.time ?? null,
    gone: hold.latest?.drain.status.state === "gone",
  };
  drawPill(pillOf(condition, Date.now()));
  const names = hold.latest?.drain.status.interfaces.map(({ name }) => name).join(", ") ?? "";
  const words = noticeOf(condition, names);
  const notice = byId("notice", HTMLElement);
  notice.hidden = words === null;
  if (words && notice.textContent !== words.join(" ")) {
    notice.replaceChildren(make("b", {}, words[0]), ` ${words[1]}`);
  }
}
