export { addConsole } from "./console-app.ts";
export { problemPage } from "./console-error.ts";
