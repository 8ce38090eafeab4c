/** Two APIs that no profile of ours knows, told to `jsonApi`. */
import { jsonApi } from '../../../index.ts';
import { at, chatText, textAt, type Json } from './readings.ts';

/** A chat API of nobody's in particular, told rather than known. */
export const toldChat = jsonApi({
  name: 'told-chat',
  operations: [
    {
      path: '/chat/completions',
      operation: 'llm_call',
      input: (request) => textAt(request, 'messages', 0, 'content'),
      outputCap: 'max_tokens',
      usage: (answer) => toldUsage(answer),
    },
  ],
  stream: { text: chatText, usage: toldUsage },
});

function toldUsage(answer: Json) {
  const inputTokens = at(answer, 'usage', 'prompt_tokens');
  const outputTokens = at(answer, 'usage', 'completion_tokens');
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : null;
}

/** Lines of JSON, from which nothing but text can be learnt. */
export const toldLines = jsonApi({
  name: 'told-lines',
  operations: ['/query', '/query/stream'].map((path) => ({
    path,
    operation: 'llm_call',
    model: () => 'rag-model',
    input: (request) => textAt(request, 'query'),
    outputCap: 'cap',
  })),
  stream: {
    framing: 'ndjson',
    isAsked: (request) => request['stream'] !== false,
    text: (line) => textAt(line, 'response'),
    isEnd: (line) => 'response_time' in line,
  },
});
