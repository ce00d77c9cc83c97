export { cleanText } from "../spec/clean-text.ts";
