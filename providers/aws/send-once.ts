/** Whether a request was handed to the network. */
export interface SendReport {
  handedOver: boolean;
}

/**
 * A middleware next to the network: notes that the request left, and refuses to let it pass a second time. The retry
 * settings already forbid that; this holds whatever the SDK does above it.
 */
export function sendOnce(report: SendReport) {
  return <Parameters, Answer>(next: (parameters: Parameters) => Promise<Answer>) =>
    async (parameters: Parameters): Promise<Answer> => {
      if (report.handedOver) throw new Error("The AWS SDK tried to send a purchase a second time; it was stopped.");
      report.handedOver = true;
      return next(parameters);
    };
}
