import type Holidays from "date-holidays";
import type { CalendarDay } from "./wallClock";

/** Days of the calendar on which a schedule's windows do not open. */
export interface DaysOff {
  /** Country by two letters, and a region of it, whose public holidays are days off. */
  readonly holidays?: { readonly country: string; readonly region?: string };
  /** Further days off, YYYY-MM-DD. */
  readonly daysOff?: readonly string[];
  /** First and last day on which a window may open, YYYY-MM-DD. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** Loaded when first needed: it takes longer than the rest of a program without holidays together. */
function library(): typeof Holidays {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require("date-holidays") as typeof Holidays;
}

/** Whether the public holidays of a country, and of a region of it, are known. */
export function knowsHolidays({ country, region }: { country: string; region?: string }): boolean {
  const known = new (library())();
  if (!(country in known.getCountries())) return false;
  return region === undefined || region in (known.getStates(country) ?? {});
}

const books = new Map<string, { calendar: Holidays; years: Map<number, Map<string, string>> }>();

/** Public holidays of a year by date; a substitute day counts, a day that is only observed does not. */
function holidaysOf(country: string, region: string | undefined, year: number): Map<string, string> {
  const key = `${country}-${region ?? ""}`;
  const book = books.get(key) ?? {
    calendar: region === undefined ? new (library())(country) : new (library())(country, region),
    years: new Map<number, Map<string, string>>(),
  };
  books.set(key, book);
  let days = book.years.get(year);
  if (!days) {
    const listed = book.calendar.getHolidays(year).filter(({ type }) => type === "public");
    days = new Map(listed.map(({ date, name }) => [date.slice(0, 10), name]));
    book.years.set(year, days);
  }
  return days;
}

/** Why a day is off, in a few words, or undefined where it is not. */
export function dayOff({ holidays, daysOff, validFrom, validTo }: DaysOff, day: CalendarDay): string | undefined {
  const date = [day.year, day.month, day.day].map((part) => String(part).padStart(2, "0")).join("-");
  if (validFrom !== undefined && date < validFrom) return `the schedule begins on ${validFrom}`;
  if (validTo !== undefined && date > validTo) return `the schedule ended on ${validTo}`;
  if (daysOff?.includes(date)) return `${date} is a day off`;
  return holidays && holidaysOf(holidays.country, holidays.region, day.year).get(date);
}
