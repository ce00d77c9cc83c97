import { requireSignIn, signIn } from "./gcp-sign-in.ts";
import type { GcpCredential, ResolvedSettings } from "./gcp-settings.ts";
import { lazy } from "./lazy.ts";

/** Signs in for projects. */
export interface ProjectCredentials {
  /** Throws a RefusedError for a project that the settings do not say how to sign in for. Makes nothing. */
  require(projectId: string): void;
  /** The credential of a project, made once; undefined stands for the application default credentials. */
  of(projectId: string): Promise<GcpCredential | undefined>;
}

/** The credentials that the settings say: one for each project, or for each entry of `projects`. */
export function createProjectCredentials(settings: ResolvedSettings): ProjectCredentials {
  const { auth, credentialsFor, projects } = settings;
  const made = new Map<string, () => Promise<GcpCredential | undefined>>();
  const once = (key: string, make: () => Promise<GcpCredential | undefined>) => {
    const known = made.get(key) ?? lazy(make);
    made.set(key, known);
    return known();
  };
  return {
    require(projectId) {
      if (projects !== undefined) requireSignIn(projects, projectId);
    },
    async of(projectId) {
      if (credentialsFor !== undefined) return once(projectId, async () => credentialsFor({ projectId }));
      if (projects === undefined) return auth;
      // One token serves all projects of an entry: it says who asks, and the request says for which project.
      const found = requireSignIn(projects, projectId);
      return once(found.path, () => signIn(found, settings));
    },
  };
}
