import { type Fills, words } from "./dom.ts";

/** The server's clock when this page was opened, in milliseconds; this computer's, until the first answer. */
let opened = Date.now() - performance.now();

/** Learns the server's clock from an answer, independent of this computer's clock and its changes. */
export function heard(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(told)) opened = told - performance.now();
}

/** The server's present instant. */
export function now(): Date {
  return new Date(opened + performance.now());
}

const parts = new Intl.DateTimeFormat("en-u-hc-h23", {
  timeZone: "Asia/Tokyo",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

function fillsOf(at: Date): Fills {
  const fills = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
  // The format of the mails: 9時05分.
  return { ...fills, hour: Number(fills["hour"]) };
}

/** A time of the day in Japan: 14時35分. */
export function clock(at: Date | string): string {
  return words("site.clock", fillsOf(new Date(at)));
}

/** A day and a time in Japan. */
export function dateAndClock(at: Date | string): string {
  return words("site.dateAndClock", fillsOf(new Date(at)));
}

/** The first full minute after this number of seconds: today, or with its day. */
export function clockIn(seconds: number): string {
  const at = new Date(now().getTime() + seconds * 1000 + 59_000);
  return fillsOf(at)["day"] === fillsOf(now())["day"] ? clock(at) : dateAndClock(at);
}

/** Seconds until then, by the server's clock. */
export function secondsUntil(at: string): number {
  return Math.ceil((Date.parse(at) - now().getTime()) / 1000);
}
