/** A project in which not everything is allowed. */
export interface SandboxProject {
  /** The permissions that its identity lacks: `compute.commitments.create`, `compute.*` or `*`. */
  readonly denied?: readonly string[] | undefined;
}

/** How the imitated Google Cloud behaves; everything has a default. */
export interface GcpSandboxOptions {
  /** How often an operation is read as RUNNING before it is DONE; default 1. */
  readonly readsUntilDone?: number | undefined;
  /** How often a commitment is read as NOT_YET_ACTIVE before it is ACTIVE; default 1. The real one waits for midnight. */
  readonly readsUntilActive?: number | undefined;
  /** Commitments on a page of their list; default 500, as the real service. */
  readonly pageSize?: number | undefined;
  /** SKUs on a page of the price list; default 20. The real one has 5,000 on each. */
  readonly skusPerPage?: number | undefined;
  /** By project id. Every other project is there too, and allows everything. */
  readonly projects?: Readonly<Record<string, SandboxProject>> | undefined;
}

/** The options with every default filled in. */
export interface GcpBehaviour {
  readonly readsUntilDone: number;
  readonly readsUntilActive: number;
  readonly pageSize: number;
  readonly skusPerPage: number;
  readonly projects: Readonly<Record<string, SandboxProject>>;
}

export function gcpBehaviour(options: GcpSandboxOptions): GcpBehaviour {
  return {
    readsUntilDone: options.readsUntilDone ?? 1,
    readsUntilActive: options.readsUntilActive ?? 1,
    pageSize: options.pageSize ?? 500,
    skusPerPage: options.skusPerPage ?? 20,
    projects: options.projects ?? {},
  };
}
