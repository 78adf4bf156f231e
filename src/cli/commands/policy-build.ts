import { resolve } from "node:path";
import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { loadRevision } from "../../host/load-revision.ts";
import { yoiVersion } from "../../package-root.ts";
import { writeWholeFile } from "../../packages/write-whole-file.ts";
import { buildPolicyArchive } from "../../workbench/archives/build-policy-archive.ts";
import { withPoliciesOf } from "../../workbench/replay/load-candidate.ts";
import { type Command, type CommandContext, exit } from "../command.ts";

/** `yoi policy build`: the workspace's own policies in one file, the same bytes each time. */
export const policyBuild: Command = {
  usage: "[--out FILE]",
  summary:
    "make an archive of this workspace's policies, their documents and tests, the same bytes each time\nwhat does not load is refused; `yoi policy replay --candidate` reads it",
  options: { out: { type: "string" } },
  arity: [0, 0],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { engines, survey } = inspection;
    // Who builds an archive of a folder wants its policies judged, trusted here or not.
    const folder = survey.places.workspacePolicies;
    const loaded = await loadRevision(engines, withPoliciesOf(folder, survey));
    if ("problem" in loaded) throw loaded.problem;
    const versions = Object.fromEntries([...loaded.revision.versions].toSorted());
    for (const set of loaded.revision.sets) set.dispose();
    const { bytes, manifest } = await buildPolicyArchive(loaded.sources, folder, {
      yoi: yoiVersion(),
      engines: versions,
    });
    const { digest, files } = manifest;
    const named = context.options["out"];
    const file = typeof named === "string" ? named : `policies-${digest.slice("sha256:".length, 19)}.yoi-policies`;
    await write(context, file, bytes);
    const count = `${files.length} ${files.length === 1 ? "file" : "files"}`;
    context.say(`${context.paint.good("✓")} ${escapeText(file, limits.pathBytesMax)}  ${count}\n  ${digest}`);
    context.result({ archive: resolve(context.folder, file), digest, bytes: bytes.byteLength, files });
    return exit.done;
  },
};

async function write(context: CommandContext, file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWholeFile(resolve(context.folder, file), bytes);
  } catch (cause) {
    throw new YoiError("YOI_USAGE", `\`${escapeText(file)}\` cannot be written; --out names another`, {}, { cause });
  }
}
