/** Rows as CSV, as RFC 4180 has it. */

export type Cell = string | number | null;

/** Lines end in CR LF, also the last; an absent value is an empty field. */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((cells) => `${cells.map(field).join(",")}\r\n`).join("");
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  return /[",\r\n]/.test(harmless(cell))
    ? `"${harmless(cell).replaceAll('"', '""')}"`
    : harmless(cell);
}

/** Names come from files and resolvers: spreadsheets would compute what begins like a formula. */
function harmless(text: string): string {
  return /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
}
