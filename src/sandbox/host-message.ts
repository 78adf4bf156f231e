import type { AnswerHeader } from "./answer-message.ts";
import type { AskBounds } from "./ask-bounds.ts";

/** What the host says to a sandbox process, as a frame's header; `body` says what the bytes after it are. */
export type HostMessage =
  /** Comes first and once: what to load and within which bounds. */
  | {
      readonly kind: "load";
      readonly config: string;
      readonly hostCallsPerCallMax: number;
      readonly logLinesPerCallMax: number;
      readonly logLineBytesMax: number;
      readonly stackBytesMax: number;
      readonly bounds: ModuleBounds;
      readonly askBounds: AskBounds;
    }
  /** Body: the tool's input. */
  | { readonly kind: "call"; readonly call: number; readonly tool: string }
  /** Body: what `answer` says of it. */
  | { readonly kind: "answer"; readonly call: number; readonly ask: number; readonly answer: AnswerHeader };

/** What the core modules of one component may have, after their maxima were rewritten. */
export interface ModuleBounds {
  readonly coreInstancesMax: number;
  readonly memoryPagesMax: number;
  readonly tableElementsMax: number;
  /** By file name: the sums of the maxima that one instance of the module brings. */
  readonly modules: { readonly [file: string]: { readonly memoryPages: number; readonly tableElements: number } };
}
