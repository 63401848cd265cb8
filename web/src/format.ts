/** Numbers in words: three significant digits, a thin space, a unit. */

export const THIN = "\u2009";
export const MINUS = "\u2212";
export const DASH = "\u2013";

/** What a mark's size means. */
export interface Measure {
  /** What is counted. */
  readonly unit: "bits" | "packets";
  /** Bits with the outer headers, or only those inside the tunnel; packets are the same. */
  readonly size: "wire" | "inner";
  /** `rate`: per second; `total`: all of the time that is shown. */
  readonly period: "rate" | "total";
}

export interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

const PREFIXES = ["", "k", "M", "G", "T", "P"] as const;

/**
 * An amount with its unit.
 *
 * @param amount bits per second, bytes, packets per second or packets, as the measure says.
 */
export function quantity(amount: number, measure: Measure): Quantity {
  const base = baseUnit(measure);
  const whole = measure.unit === "packets" && measure.period === "total";
  if (amount === 0) return { digits: "0", unit: base };
  if (whole && amount < 1000) return { digits: amount.toFixed(0), unit: base };
  const { digits, prefix } = scaled(amount);
  return { digits, unit: prefix + base };
}

/** The same as one text: "44.7 Mb/s". */
export function amountText(amount: number, measure: Measure): string {
  return text(quantity(amount, measure));
}

/** A round amount, as on a scale: "1.5 Mb/s" for 1.50, "5 Mb/s" for 5.00. */
export function roundText(amount: number, measure: Measure): string {
  const { digits, unit } = quantity(amount, measure);
  return text({
    digits: digits.replace(/\.?0+$/, (zeros) => (digits.includes(".") ? "" : zeros)),
    unit,
  });
}

/** Two amounts, the unit said once where both have it: ["44.7", "3.10 Mb/s"]. */
export function pairText(first: number, second: number, measure: Measure): [string, string] {
  const left = quantity(first, measure);
  const right = quantity(second, measure);
  return [left.unit === right.unit || first === 0 ? left.digits : text(left), text(right)];
}

/** A byte count: "61.0 MB". */
export function bytesText(bytes: number): string {
  return amountText(bytes, { unit: "bits", size: "wire", period: "total" });
}

/** A whole number with thin spaces between thousands: "248 516". */
export function countText(count: bigint | number): string {
  const sign = count < 0 ? MINUS : "";
  const digits = String(count).replace("-", "");
  return sign + digits.replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** A part of a whole: "25.8 %"; a dash where the whole is nothing. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0) return DASH;
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return `<${THIN}0.1${THIN}%`;
  return `${share >= 99.95 || share === 0 ? share.toFixed(0) : share.toFixed(1)}${THIN}%`;
}

/** Age as minutes and seconds with a true minus: "−00:42"; hours where needed. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const parts = hours > 0 ? [hours, minutes, whole % 60] : [minutes, whole % 60];
  return MINUS + parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** How long something has lasted, in words: "5 min 16 s". */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}${THIN}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min ${whole % 60}${THIN}s`;
  return `${Math.floor(whole / 3600)}${THIN}h ${Math.floor(whole / 60) % 60}${THIN}min`;
}

/** A day, in the reader's time zone: "22 Nov 2025". */
export function dayText(time: number): string {
  const words = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Date(time * 1000).toLocaleDateString("en-GB", words);
}

/** Time of day, 24 hours, in the reader's time zone: "13:58:04". */
export function clockText(time: number, options: { readonly seconds: boolean }): string {
  const date = new Date(time * 1000);
  const parts = [
    date.getHours(),
    date.getMinutes(),
    ...(options.seconds ? [date.getSeconds()] : []),
  ];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** "Tue 17 Nov, 09:14:02", in the reader's time zone. */
export function dateText(time: number): string {
  const date = new Date(time * 1000);
  const day = date.toLocaleDateString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  return `${day.replace(",", "")}, ${clockText(time, { seconds: true })}`;
}

/** "13:58–14:02"; with seconds where minutes do not tell them apart. */
export function clockSpan({ from, to }: { readonly from: number; readonly to: number }): string {
  const seconds = to - from < 120;
  return `${clockText(from, { seconds })}${DASH}${clockText(to, { seconds })}`;
}

function text({ digits, unit }: Quantity): string {
  return `${digits}${THIN}${unit}`;
}

function baseUnit(measure: Measure): string {
  if (measure.unit === "packets") return measure.period === "rate" ? "pps" : "pkt";
  return measure.period === "rate" ? "b/s" : "B";
}

/** Three significant digits below 1000; 999.6 is already 1.00 of the next prefix. */
function scaled(amount: number): { digits: string; prefix: string } {
  let power = 0;
  let rest = amount;
  while (Number(rest.toPrecision(3)) >= 1000 && power < PREFIXES.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const digits = rest >= 1000 ? rest.toFixed(0) : rest < 0.01 ? `<${THIN}0.01` : threeDigits(rest);
  return { digits, prefix: PREFIXES[power] ?? "" };
}

function threeDigits(number: number): string {
  const whole = Number(number.toPrecision(3));
  return whole >= 100 ? whole.toFixed(0) : whole >= 10 ? whole.toFixed(1) : whole.toFixed(2);
}
