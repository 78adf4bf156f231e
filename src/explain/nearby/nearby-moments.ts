import type { Value } from "../../calls/value.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin } from "./nearby-call.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const days = [0, 1, 2, 3, 4, 5, 6, 7];

/** The same call later, the soonest first: nobody can ask in the past. At dates and hours that policies name, and on other days. */
export function* nearbyMoments(origin: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  const { call, atMs } = origin;
  const ofNow = mentions.filter(({ path }) => path.startsWith("context.now"));
  if (ofNow.length === 0 || Number.isNaN(atMs)) return;
  const later = [...new Set(momentsNear(origin, ofNow))].filter((moment) => moment > atMs && moment <= latestMs);
  for (const moment of later.sort((one, other) => one - other)) {
    yield { part: { what: "moment", from: shown(atMs), to: shown(moment) }, call, atMs: moment };
  }
}

/** To the second: nobody reads more of it. */
function shown(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

// What a date of JavaScript's can be.
const latestMs = 8.64e15;

function* momentsNear({ request, atMs }: Origin, mentions: readonly Mention[]): Generator<number> {
  const { now } = request.context;
  const clock = typeof now === "object" && "record" in now ? now.record : {};
  const midnight = atMs - durationsIn([clock["time"] ?? 0]).reduce((sum, one) => sum + one, atMs % 1_000);
  const times = mentions.flatMap((mention) => timesOfDay(mention, clock["hour"]));
  for (const { literals } of mentions) {
    for (const named of literals.flatMap(datetimeOf)) yield* [named, named + 1];
  }
  for (const day of days) {
    yield atMs + day * dayMs;
    for (const time of times) if (time >= 0 && time < dayMs) yield midnight + day * dayMs + time;
  }
}

/** In milliseconds from midnight: what is named, and what lies next to it. */
function timesOfDay({ path, literals }: Mention, hour: Value | undefined): readonly number[] {
  if (path === "context.now.hour") return numbersAround(literals).map((named) => named * hourMs);
  if (path === "context.now.time") {
    return durationsIn(literals).flatMap((named) => [named, named - minuteMs, named + minuteMs]);
  }
  if (path !== "context.now.minute" || typeof hour !== "number") return [];
  return numbersAround(literals).flatMap((named) =>
    [hour * hourMs, (hour + 1) * hourMs].map((begun) => begun + named * minuteMs),
  );
}

function datetimeOf(literal: Value): readonly number[] {
  const text = typeof literal === "object" && "datetime" in literal ? literal.datetime : literal;
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}/.test(text) ? [Date.parse(text)] : [];
}

const duration = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

function durationsIn(literals: readonly Value[]): readonly number[] {
  return literals.flatMap((literal) => {
    const parts = typeof literal === "object" && "duration" in literal ? duration.exec(literal.duration) : null;
    if (parts === null) return [];
    const [d, h, m, s, ms] = parts.slice(1).map((part) => Number(part ?? 0));
    return [(d ?? 0) * dayMs + (h ?? 0) * hourMs + (m ?? 0) * minuteMs + (s ?? 0) * 1_000 + (ms ?? 0)];
  });
}
