/** Work that may wait, in slices that leave the page free to answer. */

/** A slice ends after so many milliseconds, whatever is left. */
const SLICE_MS = 8;
/**
 * What a step yields whose changes shall be on the screen before the next ones are made: styles,
 * layout and paint of all together would be one long task.
 */
export const FRAME = Symbol("frame");

type Later = (task: () => void) => void;

/**
 * @param soon calls back when there is time: between two tasks of the page.
 * @param now milliseconds.
 * @param slice_ms how long a slice is.
 * @param shown calls back when what has changed is on the screen.
 * @returns runs steps slice by slice; the next call drops what is left of the one before.
 */
export function slicer(
  soon: Later = afterTask,
  now: () => number = () => performance.now(),
  slice_ms = SLICE_MS,
  shown: Later = afterFrame,
): (steps: Iterable<unknown>) => void {
  let turn = 0;
  return (steps) => {
    turn += 1;
    const mine = turn;
    const iterator = steps[Symbol.iterator]();
    const slice = (): void => {
      if (mine !== turn) return;
      const end = now() + slice_ms;
      do {
        const step = iterator.next();
        if (step.done === true) return;
        if (step.value === FRAME) {
          shown(slice);
          return;
        }
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

function afterFrame(task: () => void): void {
  requestAnimationFrame(() => {
    afterTask(task);
  });
}

/** A timer of 0 ms lets input and painting go first. */
function afterTask(task: () => void): void {
  setTimeout(task, 0);
}
