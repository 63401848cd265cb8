/** The culprit in one sentence, and what can be done about it. */
import { byId, drawing, make, say } from "../dom";
import type { Culprit } from "../culprit";
import { amountText, clockText, shareText, type Measure } from "../format";
import { exclusionOf } from "../filter/words";
import { thingsOf } from "../things";
import type { Selection } from "../state";

const FLAG = "M5.500 1.500 10.500 9.500H.5Z";

export interface CardActions {
  readonly choose: (change: Partial<Selection>) => void;
  readonly exclude: (word: string) => void;
}

export class Card {
  readonly root = make("section", {
    class: "card",
    "data-role": "culprit",
    "aria-label": "Who grew most",
  });
  private readonly when = make("span");
  private readonly sentence = make("p");
  private readonly actions: CardActions;
  private culprit: Culprit | null = null;
  private shown = "";

  constructor(actions: CardActions) {
    this.actions = actions;
    const title = make("h2", {}, drawing(11, FLAG, "flag"), this.when);
    const open = this.button("Open flow", (culprit) => {
      this.actions.choose({ chosen: culprit.key });
    });
    open.append(make("kbd", {}, "c"));
    const exclude = this.button("Exclude", (culprit) => {
      const [thing] = thingsOf(culprit.sender);
      if (thing) this.actions.exclude(exclusionOf([thing]));
    });
    const compare = this.button("Compare", ({ span, before }) => {
      this.actions.choose({ view: "timeline", span, before });
    });
    this.root.append(title, this.sentence, make("div", { class: "links" }, open, exclude, compare));
  }

  draw(culprit: Culprit | null, measure: Measure): void {
    this.culprit = culprit;
    this.root.hidden = culprit === null;
    if (culprit === null) return;
    const rate: Measure = { ...measure, size: "wire", period: "rate" };
    say(
      this.when,
      `Grew most since ${clockText(culprit.before.to, { seconds: culprit.span.to - culprit.span.from < 120 })}`,
    );
    const words = sentenceOf(culprit, rate);
    const text = words.map((word) => (typeof word === "string" ? word : word[0])).join("");
    if (text === this.shown) return;
    this.shown = text;
    this.sentence.replaceChildren(...words.map(element));
    // Said once, when somebody else is the culprit: rates are not announced.
    if (this.root.dataset.key !== culprit.key) say(byId("said", HTMLElement), text);
    this.root.dataset.key = culprit.key;
  }

  private button(text: string, act: (culprit: Culprit) => void): HTMLElement {
    const node = make("button", {}, text);
    node.addEventListener("click", () => {
      if (this.culprit) act(this.culprit);
    });
    return node;
  }
}

type Word = string | readonly [text: string, kind: "b" | "mono"];

/** "192.168.2.7 sends 38 Mb/s more, 91 % of the growth, to 192.168.2.3 in VNI 10002." */
export function sentenceOf({ flow, more, share, hasReceiver }: Culprit, measure: Measure): Word[] {
  const name = (address: string, peer: string): Word => [address === "" ? peer : address, "mono"];
  const to: Word[] = hasReceiver ? [", to ", name(flow.inner_dst, flow.outer_dst)] : [];
  const where: Word[] = flow.vni === null ? [] : [" in VNI ", [String(flow.vni), "mono"]];
  return [
    name(flow.inner_src, flow.outer_src),
    " sends ",
    [amountText(more, measure), "b"],
    " more, ",
    [shareText(share, 1), "b"],
    " of the growth",
    ...to,
    ...where,
    ".",
  ];
}

function element(word: Word): Node | string {
  if (typeof word === "string") return word;
  return word[1] === "b" ? make("b", {}, word[0]) : make("span", { class: "mono" }, word[0]);
}
