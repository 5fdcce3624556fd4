export { findObjectFault, findTypeFault } from "./check-object.ts";
export { describeRegisteredObject } from "./describe-object.ts";
export { describeTypes } from "./describe-type.ts";
export { createObjectRegistry } from "./object-registry.ts";
export { createRegisteredObjectSource } from "./object-source.ts";
