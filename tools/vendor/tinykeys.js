export { createKeybindingsHandler } from "tinykeys";
