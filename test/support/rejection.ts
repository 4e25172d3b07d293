import { messageOf } from "../../provider/linux/errors";

/** Returns the message of the error with which a promise must fail. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return messageOf(error);
  }
  throw new Error("it did not fail");
}
