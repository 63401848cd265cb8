/** How far back the past is shown, to choose from. */
import { make } from "../dom";
import { BACKS_S } from "../state";
import { wholeText } from "./lengths";

export class Backs {
  readonly root = make("select", { class: "button kinds", "aria-label": "How far back" });

  constructor(choose: (back_s: number) => void) {
    this.root.append(
      ...BACKS_S.map((back_s) => {
        const option = make("option", {}, `last ${wholeText(back_s)}`);
        option.value = String(back_s);
        return option;
      }),
    );
    this.root.addEventListener("change", () => {
      choose(Number(this.root.value));
    });
  }

  /** @param isWhole a capture has all it has. */
  show(back_s: number, isWhole: boolean): void {
    this.root.value = String(back_s);
    this.root.hidden = isWhole;
  }
}
