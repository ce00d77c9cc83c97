/** What a person wants to know about a recommendation, and no request needs. What is not known is left out. */
export interface Particulars {
  /** The address of the page of the provider's own console where what is bought for it shows. */
  readonly portal?: string | undefined;
}
