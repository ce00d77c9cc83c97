import { mkdirSync, realpathSync, statSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";

/**
 * Lets Node keep the compiled code of what it loads, for the next start. The folder is the user's own, for what is in it is
 * run: nobody else may be able to write there, nor put another folder in its place. Where that cannot be had (a read-only disk,
 * a home of somebody else), nothing is kept and nothing is said. NODE_COMPILE_CACHE names another folder,
 * NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function keepCompiledCode(): void {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  try {
    const named = join(cacheHome(), "buyonce", "compiled");
    mkdirSync(named, { recursive: true, mode: 0o700 });
    // Without links on the way: what they lead to is looked at.
    const folder = realpathSync(named);
    if (isOwn(folder)) module.enableCompileCache(folder);
  } catch {
    // The start is slower without it, and nothing else.
  }
}

/** Where the caches of a user's programs are. Throws where a user has no home. */
function cacheHome(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (process.platform === "win32") return LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : join(homedir(), ".cache");
}

/** The bits of a mode by which others than the owner may write, and by which they may not replace what is another's. */
const [writableByOthers, sticky] = [0o022, 0o1000];

/** Whether only this user, or root, can write to the folder and to every one above it; a path without links. Windows keeps a user's folders apart itself. */
export function isOwn(folder: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true;
  const { uid, mode } = statSync(folder);
  if (uid !== user || (mode & writableByOthers) !== 0) return false;
  for (let above = dirname(folder); ; above = dirname(above)) {
    const { uid: owner, mode: modeAbove } = statSync(above);
    if (owner !== user && owner !== 0) return false;
    if ((modeAbove & writableByOthers) !== 0 && (modeAbove & sticky) === 0) return false;
    if (above === dirname(above)) return true;
  }
}
