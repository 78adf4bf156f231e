import test from "ava";
import { GuestDeadline } from "../../src/sandbox/guest-deadline.ts";
import { fakeClock } from "../support/fake-clock.ts";

function deadlineOf100(): { clock: ReturnType<typeof fakeClock>; deadline: GuestDeadline; expired: () => number } {
  const clock = fakeClock();
  let count = 0;
  const deadline = new GuestDeadline(clock, 100, () => count++);
  return { clock, deadline, expired: () => count };
}

test("the deadline counts the time in the guest, and not the time that it waits for the host", (t) => {
  const { clock, deadline, expired } = deadlineOf100();
  clock.advance(60);
  deadline.pause();
  clock.advance(10_000);
  deadline.resume();
  clock.advance(39);
  t.is(expired(), 0);
  clock.advance(1);
  t.is(expired(), 1);
});

test("with several asks in flight the clock stands until the last is answered", (t) => {
  const { clock, deadline, expired } = deadlineOf100();
  deadline.pause();
  deadline.pause();
  clock.advance(500);
  deadline.resume();
  clock.advance(500);
  deadline.resume();
  clock.advance(99);
  t.is(expired(), 0);
  clock.advance(1);
  t.is(expired(), 1);
});

// ATTACK: threats 23
test("asking often does not win time", (t) => {
  const { clock, deadline, expired } = deadlineOf100();
  for (let count = 0; count < 50; count++) {
    clock.advance(2);
    deadline.pause();
    deadline.resume();
  }
  t.true(expired() > 0);
});
