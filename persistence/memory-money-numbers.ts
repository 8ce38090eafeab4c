/**
 * Which of a holder's numbers were booked: a bit each, in pages. Reservations settle in any order
 * and some never do, so the numbers have gaps that a high-water mark could not tell from rows.
 */

const PAGE_NUMBERS = 65_536;
/** Pages kept: 67 million numbers, 8 MiB. A number of a page forgotten counts as new. */
const PAGES_MAX = 1_024;

export interface BookedNumbers {
  /** Whether the number is new; it is not from now on. */
  take(number: number): boolean;
}

export function bookedNumbers(pagesMax = PAGES_MAX): BookedNumbers {
  const pages = new Map<number, Uint32Array>();
  let lastIndex = -1;
  let lastPage: Uint32Array = new Uint32Array(0);

  const turnTo = (index: number): void => {
    let page = pages.get(index);
    if (page === undefined) {
      page = new Uint32Array(PAGE_NUMBERS / 32);
      pages.set(index, page);
      if (pages.size > pagesMax) pages.delete(Math.min(...pages.keys()));
    }
    lastIndex = index;
    lastPage = page;
  };

  return {
    take(number) {
      const index = Math.floor(number / PAGE_NUMBERS);
      if (index !== lastIndex) turnTo(index);
      const place = number % PAGE_NUMBERS;
      const word = lastPage[place >>> 5] as number;
      const bit = 1 << (place & 31);
      if ((word & bit) !== 0) return false;
      lastPage[place >>> 5] = word | bit;
      return true;
    },
  };
}
