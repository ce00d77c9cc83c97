import nock from "nock";
import { afterAll, beforeAll } from "vitest";

/**
 * Called by every test file that imports nock, which changes the network of the whole process as soon as it is imported:
 * the files of a worker share one, and most talk to real sockets.
 */
export function useNock(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
  });
  afterAll(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  });
}
