import { ja } from "./ja.ts";
import type { Texts } from "./index.ts";
export const en: Texts = ja;
