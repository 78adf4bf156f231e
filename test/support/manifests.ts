/** A whole `plugin.toml`, for tests to break one line of. */
export const weatherManifest = `schema_version = 1
id = "example.weather"
name = "Weather"
version = "0.1.0"
description = "Looks up the forecast for a city."
files = ["assets/units.json"]

[runtime]
kind = "wasm-component"
component = "plugin.wasm"
world = "yoi:plugin/tool-plugin@2.0.0"

[[tools]]
name = "get_weather"
description = "The forecast for a city."
input_schema = { type = "object", properties = { city = { type = "string" } }, required = ["city"], additionalProperties = false }
effects = ["network"]

[[capabilities.fs]]
mount = "cache"
operations = ["read"]
reason = "Keeps the last forecast."

[config_schema]
type = "object"
properties = { units = { enum = ["metric", "imperial"] } }
`;

/** The same with some text replaced; the text must be there. */
export function weatherManifestWith(from: string, to: string): string {
  if (!weatherManifest.includes(from)) throw new Error(`no such text: ${from}`);
  return weatherManifest.replace(from, () => to);
}
