/** What the table lists, to choose from. */
import { make } from "../dom";
import { ROW_KINDS, type RowKind } from "./rows";

const NAMES: Readonly<Record<RowKind, string>> = {
  flows: "Flows",
  tunnels: "Tunnels",
  peers: "Senders",
  networks: "Networks",
};

export class Kinds {
  readonly root = make("select", { class: "button kinds", "aria-label": "Lines are" });

  constructor(choose: (kind: RowKind) => void) {
    this.root.append(
      ...ROW_KINDS.map((kind) => {
        const option = make("option", {}, NAMES[kind]);
        option.value = kind;
        return option;
      }),
    );
    this.root.addEventListener("change", () => {
      const kind = ROW_KINDS.find((one) => one === this.root.value);
      if (kind !== undefined) choose(kind);
    });
  }

  show(kind: RowKind): void {
    this.root.value = kind;
  }
}
