/** What an exported file is called: which interface, what, when. */

/** "tunnel-monitor eth0 matrix 2026-11-26T13-58-04Z.svg": sorts by time, has no forbidden character. */
export function fileName(
  interfaces: readonly string[],
  what: string,
  time: number,
  ending: string,
): string {
  const where = interfaces.join("+").replace(/[^\w.@+-]/g, "_");
  const when = new Date(time * 1000).toISOString().slice(0, 19).replaceAll(":", "-");
  return (
    ["tunnel-monitor", where, what, `${when}Z`].filter((part) => part !== "").join("_") +
    `.${ending}`
  );
}
