/**
 * One frontend through its layers: what Kubernetes wants, what the agent believes, what the current maps hold. In go the
 * evidence and the datapath of a node, out go {@link io.ghostmap.diagnosis.layers.FrontendLayers}, which name the layer that
 * differs. Nothing here decides whether a difference is a fault: rules do.
 */
@NullMarked
package io.ghostmap.diagnosis.layers;

import org.jspecify.annotations.NullMarked;
