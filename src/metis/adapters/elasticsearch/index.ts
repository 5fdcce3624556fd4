export {
  createElasticsearchSearchStore,
  type DeadLetter,
  type ElasticsearchSearchStore,
} from "./elasticsearch-search-store.ts";
