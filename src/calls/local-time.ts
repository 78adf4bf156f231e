import type { Value } from "./value.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether `zone` is a time zone that this machine knows, such as `Europe/Oslo` or `UTC`. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    weekday: "short",
  });
  formats.set(zone, format);
  return format;
}

/** The moment of a decision as `context.now`: policies never read a clock of their own. */
export function describeMoment(atMs: number, zone: string): Value {
  const second = Math.floor(atMs / 1_000);
  if (latest?.zone !== zone || latest.second !== second) latest = { zone, second, onTheClock: readClock(atMs, zone) };
  return { record: { at: { datetime: new Date(atMs).toISOString() }, ...latest.onTheClock } };
}

// Zones are slow to compute with, and many calls fall into one second.
let latest: { readonly zone: string; readonly second: number; readonly onTheClock: Record<string, Value> } | undefined;

function readClock(atMs: number, zone: string): Record<string, Value> {
  return zone === "UTC" ? readUtc(new Date(atMs)) : readLocal(atMs, zone);
}

// What most workspaces are in, without what the machine knows of all zones: loading that takes longer than a decision.
function readUtc(at: Date): Record<string, Value> {
  const [hour, minute] = [at.getUTCHours(), at.getUTCMinutes()];
  return {
    date: { datetime: at.toISOString().slice(0, -"T00:00:00.000Z".length) },
    time: { duration: `${((hour * 60 + minute) * 60 + at.getUTCSeconds()) * 1_000}ms` },
    weekday: at.getUTCDay() || sunday,
    hour,
    minute,
    zone: "UTC",
  };
}

const sunday = 7;

function readLocal(atMs: number, zone: string): Record<string, Value> {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(atMs)
      .map((part) => [part.type, part.value]),
  );
  const number = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const [hour, minute, second] = [number("hour"), number("minute"), number("second")];
  return {
    date: { datetime: `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}` },
    time: { duration: `${((hour * 60 + minute) * 60 + second) * 1_000}ms` },
    weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts.get("weekday") ?? "") + 1,
    hour,
    minute,
    zone,
  };
}
