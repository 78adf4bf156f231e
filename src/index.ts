// The library's surface: small, typed, and promised.
export type { Call } from "./calls/call.ts";
export type { Json, JsonObject } from "./calls/json.ts";
export type { Cause } from "./decisions/cause.ts";
export type { ErrorDetails } from "./errors/error-details.ts";
export { YoiError } from "./errors/yoi-error.ts";
export type { Explanation } from "./explain/explanation.ts";
export type { AgentTool } from "./host/builtin-tools.ts";
export { openYoi, type Yoi, type YoiOptions } from "./open-yoi.ts";
export type { ToolCaller, ToolResult } from "./tools/tool-desk.ts";
export type { HistoryItem, ToolHistory } from "./tools/tool-history.ts";
export type { ToolDefinition } from "./tools/tool-registry.ts";
