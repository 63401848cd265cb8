/** Work that may wait, in slices that leave the page free to answer. */

/** A slice ends after so many milliseconds, whatever is left. */
const SLICE_MS = 8;

/**
 * @param soon calls back when there is time: between two tasks of the page.
 * @param now milliseconds.
 * @returns runs steps slice by slice; the next call drops what is left of the one before.
 */
export function slicer(
  soon: (task: () => void) => void = afterTask,
  now: () => number = () => performance.now(),
): (steps: Iterable<unknown>) => void {
  let turn = 0;
  return (steps) => {
    turn += 1;
    const mine = turn;
    const iterator = steps[Symbol.iterator]();
    const slice = (): void => {
      if (mine !== turn) return;
      const end = now() + SLICE_MS;
      do {
        if (iterator.next().done === true) return;
      } while (now() < end);
      soon(slice);
    };
    slice();
  };
}

/** All of them now. */
export function atOnce(steps: Iterable<unknown>): void {
  const iterator = steps[Symbol.iterator]();
  while (iterator.next().done !== true);
}

/** A timer of 0 ms lets input and painting go first. */
function afterTask(task: () => void): void {
  setTimeout(task, 0);
}
