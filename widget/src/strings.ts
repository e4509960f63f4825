/** Every word that the widget itself says. */
import type { Reason } from "./contract";

export const words = {
  heading: "Ask Latch",
  promise: "Information, not a diagnosis",
  greeting:
    "Hello. I am Latch, a computer program that answers questions about breastfeeding. What would you like to know?",
  notice:
    "My answers are written texts drawn from published sources. No clinician has reviewed them. " +
    "Please do not type names. In an emergency, call your local emergency number.",
  close: "Close the chat",
  more: "More choices",
  startAgain: "Start again",
  forget: "Forget this conversation",
  started: "A new conversation has begun.",
  forgotten: "This conversation is forgotten: here, in this browser, and on the server.",
  forgottenHere:
    "This conversation is gone from this browser. The server could not be reached, so it still has it. Please try again.",
  forgottenEnded: "This conversation is gone from this browser. On the server it had already ended.",
  log: "Conversation",
  suggestions: "Suggested questions",
  you: "You:",
  latch: "Latch:",
  question: "Your question",
  placeholder: "Ask in your own words",
  send: "Send",
  left: (count: number) => `${count} characters left`,
  over: (count: number, limit: string) =>
    `That is ${count} ${count === 1 ? "character" : "characters"} more than the ${limit} that fit. Please shorten it a little.`,
  tooLong: "That is more than fits in one message. Your text is still in the box: please shorten it.",
  writing: "Latch is looking for the answer",
  slow: "This takes longer than usual. Your question is not lost.",
  waiting: "Waiting for the connection. Your message goes by itself.",
  limited: (seconds: number) => `Many messages at once. This one goes by itself in ${seconds} s.`,
  busy: (seconds: number) =>
    `Many people are asking at the moment. This one goes by itself in ${seconds} s. In an emergency, call your local emergency number now.`,
  failed: "Sorry, something went wrong on our side. Your message was not answered.",
  outdated: "That button is no longer valid. Retry sends it as a question.",
  noStart: "The chat could not be started. You can still type your question.",
  retry: "Retry",
  tryNow: "Try now",
  emergency: "Act now",
  crisis: "You can talk to someone now",
  same_day: "Have this seen today",
  soon: "Have this checked soon",
  call: (label: string) => `Call ${label}`,
  help: "When to get help",
  sources: "Sources",
  newTab: "(opens in a new tab)",
  copy: "Copy",
  copied: "Copied",
  notCopied: "Your browser did not allow copying.",
  rate: "Rate this answer",
  helped: "This helped",
  helpedNot: "This did not help",
  why: "What was wrong? You need not say.",
  thanks: "Thank you.",
  notSaved: "That could not be saved. Please try again later.",
  unread: "A new answer is there.",
};

export const reasons: Record<Reason, string> = {
  not_my_question: "Not my question",
  unclear: "Hard to understand",
  wrong: "Seems wrong",
  missing: "Something is missing",
  other: "Something else",
};
