/** Colours as every program reads them: what a browser computes may be `oklab(…)`. */

export class Paint {
  private readonly known = new Map<string, string>();
  private readonly context: CanvasRenderingContext2D | null;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = 1;
    canvas.height = 1;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
  }

  /** "#1e9e77", or with an opacity "rgba(…)"; other words, such as "none", stay as they are. */
  plain(value: string): string {
    if (!/^(?:color|oklab|oklch|lab|lch|rgb|hsl)/.test(value)) return value;
    const known = this.known.get(value) ?? this.read(value);
    this.known.set(value, known);
    return known;
  }

  private read(value: string): string {
    if (this.context === null) return value;
    this.context.clearRect(0, 0, 1, 1);
    this.context.fillStyle = value;
    this.context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = this.context.getImageData(0, 0, 1, 1).data;
    if (alpha === 255) {
      return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
    }
    return `rgba(${String(red)},${String(green)},${String(blue)},${(alpha / 255).toFixed(3)})`;
  }
}
