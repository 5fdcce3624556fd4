export { createObserve } from "./create-observe.ts";
export { createMonitorReconciler } from "./monitor-reconciler.ts";
