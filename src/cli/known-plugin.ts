import type { PluginRef } from "../calls/identifiers.ts";
import type { Places } from "../config/places.ts";
import { qualifyPlugin } from "../explain/parse-call-words.ts";
import { surveyWorkspace } from "../workspace/survey-workspace.ts";

/**
 * The qualified id of a plugin that was named with or without its source.
 * @throws {YoiError} YOI_USAGE when nothing, or more than one plugin, has that id
 */
export async function knownPlugin(places: Places, named: string): Promise<PluginRef> {
  const { plugins } = await surveyWorkspace(places);
  return qualifyPlugin(named, [...plugins.keys()]);
}
