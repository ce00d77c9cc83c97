import type { CommonFields, ExecutionHead, Skip } from "./recommendation.ts";

/**
 * The recommendations that the compiler knows, by provider and service: `"aws/ec2"`. A provider that is imported adds its own; so
 * does whoever has an executor of their own, by declaration (docs/own-executor.md).
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- It is there to be extended.
export interface RecommendationTypes {}

/** Stands for a recommendation where no provider is imported. Nothing has its one field, which says what to do. */
export interface NoProviderImported {
  readonly "Import a provider, such as buyonce/aws, or extend RecommendationTypes for your own executor.": never;
}

/** Its fields side by side, as messages of the compiler are to show them. */
type Flat<Fields> = Fields extends unknown ? { [Field in keyof Fields]: Fields[Field] } : never;

/** One thing to buy, with the fields of its service and no others. */
export type Recommendation = [keyof RecommendationTypes] extends [never]
  ? NoProviderImported
  : {
      [Service in keyof RecommendationTypes]: Flat<
        RecommendationTypes[Service] & Pick<CommonFields, "note" | "labels">
      >;
    }[keyof RecommendationTypes];

/** An approved batch to buy. Where it was read from JSON, `validate` finds out whether it is one. */
export interface Execution extends ExecutionHead {
  readonly recommendations: readonly (Recommendation | Skip)[];
}
