/** What each line of the export menu makes. */
import type { Drawing, Kind, Twin } from "../drawing";
import { clockText } from "../format";
import { writeLink } from "../link";
import { unitName } from "../pairs";
import { ask } from "../server";
import type { Selection } from "../state";
import { aboutWords } from "../table/remote";
import type { Traffic } from "../traffic";
import { csvOf } from "./csv";
import { fileName } from "./filename";
import { savedPage } from "./page";
import { pngOf } from "./picture";
import { standalone } from "./standalone";

/** What is on the stage. */
export interface Shown {
  readonly kind: Kind;
  readonly drawing: Drawing;
  readonly traffic: Traffic;
  readonly selection: Selection;
}

export interface File {
  readonly name: string;
  readonly content: Blob;
}

/** Nothing has moved for so long: it has come to rest. */
const CALM_MS = 60;
const PATIENCE_MS = 2000;
/** Flows that a saved page has: all that its table can list. */
const MOST_FLOWS = 5000;

export async function svgFile(shown: Shown): Promise<File> {
  return file(shown, "svg", await pictureOf(shown), "image/svg+xml");
}

export async function pngFile(shown: Shown): Promise<File> {
  return file(shown, "png", await pngOf(await pictureOf(shown)), "image/png");
}

export async function csvFile(shown: Shown): Promise<File> {
  const { columns, rows } = await numbersOf(shown);
  const heads = columns.map(({ name, unit }) => (unit === undefined ? name : `${name} (${unit})`));
  return file(shown, "csv", csvOf(heads, rows), "text/csv");
}

/** With what the numbers are of, so that the file tells all by itself. */
export async function jsonFile(shown: Shown): Promise<File> {
  const { traffic, selection } = shown;
  const { caption, columns, rows } = await numbersOf(shown);
  const { drain, measure } = traffic;
  const { status } = drain;
  const value = {
    host: status.host,
    interfaces: status.interfaces.map(({ name }) => name),
    time: drain.time,
    elapsed_s: drain.elapsed_s,
    unit: unitName(measure),
    filter: selection.filter,
    link: writeLink(selection),
    caption,
    columns,
    rows,
  };
  return file(shown, "json", `${JSON.stringify(value, null, 1)}\n`, "application/json");
}

/** @throws Refused, or what `fetch` throws: its data come from the server. */
export async function htmlFile(shown: Shown): Promise<File> {
  const { traffic, selection } = shown;
  const words = aboutWords({ ...selection, filter: "" }, traffic);
  words.set("limit", String(MOST_FLOWS));
  const [snapshot, timeline, findings] = await Promise.all([
    ask(`api/v1/snapshot?${words.toString()}`),
    ask("api/v1/timeline"),
    ask("api/v1/findings"),
  ]);
  const link = writeLink({ ...selection, paused: true });
  const frozen = { saved: Date.now() / 1000, link, snapshot, timeline, findings };
  const address = new URL(location.pathname, location.href).href;
  return file(shown, "html", await savedPage(address, frozen), "text/html");
}

function file({ kind, traffic }: Shown, ending: string, content: BlobPart, type: string): File {
  const { status, time } = traffic.drain;
  const interfaces = status.interfaces.map(({ name }) => name);
  const what = ending === "html" ? "page" : kind.name;
  return { name: fileName(interfaces, what, time, ending), content: new Blob([content], { type }) };
}

function numbersOf({ drawing, traffic, selection }: Shown): Promise<Twin> | Twin {
  return drawing.all?.(traffic, selection) ?? drawing.twin(traffic, selection);
}

async function pictureOf(shown: Shown): Promise<string> {
  const { drawing, kind } = shown;
  const svg = drawing.picture?.() ?? null;
  const panel = document.getElementById(`panel-${kind.name}`);
  const crumbs = document.getElementById("crumbs");
  if (svg === null || panel === null || crumbs === null) throw new Error("nothing is drawn");
  await atRest(svg);
  return standalone(svg, [crumbs, ...wordsBeside(panel, svg)], aboutLine(shown));
}

/** Once nothing moves any more, or after a while whatever moves. */
function atRest(svg: SVGSVGElement): Promise<void> {
  return new Promise((resolve) => {
    let calm = setTimeout(done, CALM_MS);
    const observer = new MutationObserver(() => {
      clearTimeout(calm);
      calm = setTimeout(done, CALM_MS);
    });
    const patience = setTimeout(done, PATIENCE_MS);
    observer.observe(svg, { attributes: true, childList: true, subtree: true });
    function done(): void {
      observer.disconnect();
      clearTimeout(patience);
      resolve();
    }
  });
}

/** What stands in a panel beside its drawing: headings, legends. */
function wordsBeside(panel: HTMLElement, svg: SVGSVGElement): Element[] {
  return [...panel.children].filter((child) => child !== svg && !child.matches(".hint"));
}

function aboutLine({ traffic, selection }: Shown): string {
  const { drain, measure } = traffic;
  const { status, time } = drain;
  const names = status.interfaces.map(({ name }) => name).join(", ");
  const date = new Date(time * 1000).toISOString().slice(0, 10);
  const when = `${date} ${clockText(time, { seconds: true })}`;
  const parts = [`${status.host} · ${names}`, when, unitName(measure).replaceAll("_", " ")];
  if (selection.filter !== "") parts.push(selection.filter);
  return [...parts, `Tunnel Monitor ${status.version}`].join(" · ");
}
