export { findObjectFault, findTypeFault } from "./check-object.ts";
export { describeRegisteredObject } from "./describe-object.ts";
export { createRegisteredObjectSource } from "./object-source.ts";
