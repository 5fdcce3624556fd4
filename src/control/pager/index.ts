export { createDeliveryWorker } from "./delivery-worker.ts";
export { createPagerReconciler } from "./pager-reconciler.ts";
export { createPlanDeliveries } from "./plan-deliveries.ts";
export { createSendDelivery } from "./send-delivery.ts";
export { createSendHttp } from "./send-http.ts";
