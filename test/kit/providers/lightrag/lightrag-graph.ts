/** The knowledge graph of the simulated LightRAG: a few entities, related in a ring. */
import type { JsonObject } from '../usage-fault.ts';

const ENTITIES = ['City', 'River', 'Market', 'Garden', 'School', 'Harbour'];
const FILE = 'notes.md';

export const graphLabels = (): readonly string[] => [...ENTITIES].sort();

export const hasEntity = (name: string): boolean => ENTITIES.includes(name);

/** As `GET /graphs` answers: the whole ring for `*`, or an entity and its neighbours. */
export function knowledgeGraph(label: string, nodesMax: number): JsonObject {
  const around = label === '*' ? ENTITIES : neighbourhood(label);
  const names = around.slice(0, nodesMax);
  return {
    nodes: names.map((name) => ({
      id: name,
      labels: [name],
      properties: { entity_id: name, entity_type: 'place', description: `About ${name}.` },
    })),
    edges: ENTITIES.map((source, index) => ({ source, target: next(index) }))
      .filter(({ source, target }) => names.includes(source) && names.includes(target))
      .map(({ source, target }) => ({
        id: `${source}-${target}`,
        type: 'DIRECTED',
        source,
        target,
        properties: { weight: 1, description: `${source} is near ${target}.`, keywords: 'near' },
      })),
    is_truncated: names.length < around.length,
  };
}

/** What a query finds, as `POST /query/data` gives it. */
export function retrieved(query: string): JsonObject {
  const entities = ENTITIES.slice(0, 3);
  return {
    entities: entities.map((name, index) => ({
      entity_name: name,
      entity_type: 'place',
      description: `About ${name}.`,
      source_id: `chunk-${index + 1}`,
      file_path: FILE,
      reference_id: '1',
    })),
    relationships: entities.slice(1).map((name, index) => ({
      src_id: entities[index],
      tgt_id: name,
      description: `${entities[index]} is near ${name}.`,
      keywords: 'near',
      weight: 1,
      source_id: `chunk-${index + 1}`,
      file_path: FILE,
      reference_id: '1',
    })),
    chunks: [
      {
        content: `What the notes say about: ${query.slice(0, 200)}`,
        file_path: FILE,
        chunk_id: 'chunk-1',
        reference_id: '1',
      },
    ],
    references: references(false),
  };
}

export const references = (withContent: boolean): readonly JsonObject[] => [
  {
    reference_id: '1',
    file_path: FILE,
    ...(withContent ? { content: ['The city lies at the river.'] } : {}),
  },
];

const next = (index: number): string => ENTITIES[(index + 1) % ENTITIES.length] as string;

function neighbourhood(label: string): readonly string[] {
  const index = ENTITIES.indexOf(label);
  if (index === -1) return [];
  const before = ENTITIES[(index + ENTITIES.length - 1) % ENTITIES.length] as string;
  return [label, before, next(index)];
}
