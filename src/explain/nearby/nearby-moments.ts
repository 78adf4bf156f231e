import type { Value } from "../../calls/value.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin } from "./nearby-call.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const week = [0, 1, 2, 3, 4, 5, 6];

/** The same call at other moments: just before and after those that policies name, and at hours that they name. */
export function* nearbyMoments(origin: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  const { call, atMs } = origin;
  const from = shown(atMs);
  for (const moment of new Set(momentsNear(origin, mentions))) {
    if (moment === atMs || !Number.isFinite(moment) || Math.abs(moment) > latestMs) continue;
    yield { part: { what: "moment", from, to: shown(moment) }, call, atMs: moment };
  }
}

/** To the second: nobody reads more of it. */
function shown(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

// What a date of JavaScript's can be.
const latestMs = 8.64e15;

function* momentsNear({ request, atMs }: Origin, mentions: readonly Mention[]): Generator<number> {
  const ofNow = mentions.filter(({ path }) => path.startsWith("context.now"));
  if (ofNow.length === 0) return;
  for (const { literals } of ofNow) {
    for (const named of literals.flatMap(datetimeOf)) yield* [named, named - 1, named + 1];
  }
  const { now } = request.context;
  const clock = typeof now === "object" && "record" in now ? now.record : {};
  const [hour, minute] = [numberOf(clock["hour"]), numberOf(clock["minute"])];
  const intoHour = minute * 60_000 + (atMs % 60_000);
  for (const day of week) {
    yield atMs + day * dayMs;
    for (const { path, literals } of ofNow) {
      const hours =
        path === "context.now.hour" ? numbersAround(literals) : path === "context.now.time" ? hoursIn(literals) : [];
      for (const wanted of hours) yield atMs + day * dayMs + (wanted - hour) * hourMs - intoHour;
    }
  }
}

function datetimeOf(literal: Value): readonly number[] {
  const text = typeof literal === "object" && "datetime" in literal ? literal.datetime : literal;
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}/.test(text) ? [Date.parse(text)] : [];
}

function hoursIn(literals: readonly Value[]): readonly number[] {
  const durations = literals.flatMap((literal) =>
    typeof literal === "object" && "duration" in literal ? [literal.duration] : [],
  );
  return durations.flatMap((text) => {
    const hours = Number(/^(\d+)h/.exec(text)?.[1] ?? Number.NaN);
    return Number.isNaN(hours) ? [] : [hours, hours - 1, hours + 1];
  });
}

function numberOf(value: Value | undefined): number {
  return typeof value === "number" ? value : 0;
}
