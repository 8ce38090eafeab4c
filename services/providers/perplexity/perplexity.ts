/**
 * Perplexity: the Agent API, and the Sonar chats before it, which Perplexity retired and which
 * proxies and other houses still speak. Answers tell their own cost, so prices only matter for what
 * is reserved. Content that was filtered is the request's doing and never the provider's.
 */
import { AnswerStream } from '../openai/openai-stream.ts';
import { withoutBody } from '../openai/openai-answer.ts';
import type { Profile } from '../profile.ts';
import { refusalMessage, REFUSAL_STATUS, statusOfCode } from '../refusal-status.ts';
import { perplexityFault, perplexityFaultIn } from './perplexity-faults.ts';
import { perplexityRoute, readPerplexityRequest } from './perplexity-request.ts';
import { askedSizeIn, perplexityUsageIn } from './perplexity-usage.ts';

export const perplexity: Profile = Object.freeze<Profile>({
  name: 'perplexity',
  framing: 'sse',
  readRequest: readPerplexityRequest,
  readAnswer: (response, request) => {
    const route = perplexityRoute(request);
    const { body } = response;
    if (body === null) {
      return withoutBody(response, route === 'agent' || route === 'sonar' ? 'chat' : 'other');
    }
    if (route === 'free') return { usage: null, isCounted: false, fault: null };
    const usage = perplexityUsageIn(body, askedSizeIn(request.body));
    return { usage, isCounted: false, fault: perplexityFaultIn(body) };
  },
  openStream: ({ body }) => {
    const askedSize = askedSizeIn(body);
    return new AnswerStream({
      answers: 1,
      hidesUsage: false,
      usageIn: (answer) => perplexityUsageIn(answer, askedSize),
      faultIn: perplexityFaultIn,
    });
  },
  readFault: perplexityFault,
  // Its errors have a number for a code, so that our word goes where its own is: `type`.
  refusalResponse: (refusal, nowMs) => {
    const { status } = REFUSAL_STATUS[refusal.code];
    const message = refusalMessage(refusal, nowMs);
    return { status, body: { error: { message, type: refusal.code, code: status } } };
  },
  errorFrame: (code, message) => {
    const { status } = statusOfCode(code);
    const error = { message, type: code, code: status };
    // Its client takes an error for one by the event's name alone.
    return `event: error\ndata: ${JSON.stringify({ error })}\n\n`;
  },
});
