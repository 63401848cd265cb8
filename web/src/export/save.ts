/** Files for the reader's disk, and text for the clipboard. */

export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}

/** Whether there is a clipboard: browsers have none for pages that came over plain HTTP. */
export function canCopy(): boolean {
  return isSecureContext;
}
