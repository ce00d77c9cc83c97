import type { GcpScope } from "./gcp-scope.ts";

/** The commitment that a link or a message of Google is about. */
export interface Target {
  /** By id, or by number. */
  readonly project: string;
  readonly region: string;
  readonly name: string;
}

/** Reads `.../projects/P/regions/R/commitments/NAME`; undefined for anything else. */
export function parseTarget(link: string): Target | undefined {
  const [, project, region, name] =
    // A link may write the colon after a project's domain as %3A.
    /(?:^|\/)projects\/([^/]+)\/regions\/([^/]+)\/commitments\/([^/]+)$/.exec(link.replace(/%3A/i, ":")) ?? [];
  return project && region && name ? { project, region, name } : undefined;
}

/** Whether it is in a project and region. Google may name a project by its number, which cannot be compared with an id. */
export function isIn({ project, region }: Target, scope: Pick<GcpScope, "projectId" | "region">): boolean {
  return region === scope.region && (project === scope.projectId || /^\d+$/.test(project));
}

/** How it is remembered as evidence: by its name in its own place, by its path elsewhere. */
export function evidenceOf(target: Target, scope: Pick<GcpScope, "projectId" | "region">): string {
  const { project, region, name } = target;
  return isIn(target, scope) ? name : `projects/${project}/regions/${region}/commitments/${name}`;
}
