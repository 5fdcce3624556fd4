export { createDirectoryLister } from "./directory-lister.ts";
export type { DataPolicyAnswer, WhyNotAnswer, WhyNotQuestion } from "./explain.ts";
export { createQuestions, type Questions } from "./questions.ts";
export { type ActionAnswer, searchActions } from "./search-actions.ts";
export { searchResources } from "./search-resources.ts";
export { searchSubjects } from "./search-subjects.ts";
export type {
  ActionQuestion,
  FoundAction,
  FoundResource,
  FoundSubject,
  ResourceQuestion,
  SearchAnswer,
  SearchPage,
  SearchWorld,
  SubjectQuestion,
} from "./types.ts";
export type { ClassSummary, WhatCan } from "./what-can.ts";
