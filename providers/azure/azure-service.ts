/** One reservable service: all that sets it apart from the others. */
export interface AzureService {
  /** The recommendation's `service`. */
  readonly name: string;
  /** Azure's name for what is reserved. */
  readonly reservedResourceType: string;
  /** It has instance flexibility, which must then be said. */
  readonly flexible: boolean;
  /** Why the catalogue is read before a price is asked for; left out: it is read for P5Y only. */
  readonly catalogFirst?: string;
}
