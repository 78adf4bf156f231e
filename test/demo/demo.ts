// The whole path of one call as a story of real commands in a temporary workspace. In comes nothing but this
// repository after `npm ci`; out goes a transcript, and exit code 1 as soon as a step goes otherwise than told.
// It must never touch what is the user's: workspace, home and caches are the stage's own.
import { networkChapters } from "./network-story.ts";
import { openStage } from "./stage.ts";
import { chapters, finale } from "./story.ts";

const beganAt = performance.now();
const stage = openStage((text) => void process.stdout.write(text));
try {
  for (const play of [...chapters, ...networkChapters, ...finale]) await play(stage);
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1);
  stage.tell(`All of it went as told, in ${seconds} s; nothing of it is left behind`);
} catch (error) {
  process.stderr.write(`The demo went astray at ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  stage.close();
}
