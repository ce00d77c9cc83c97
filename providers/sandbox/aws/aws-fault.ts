/** What an action throws to end a request with an error; its service gives it the shape. */
export class AwsFault extends Error {
  override readonly name = "AwsFault";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
