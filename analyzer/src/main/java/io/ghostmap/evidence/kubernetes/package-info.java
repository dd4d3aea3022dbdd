/**
 * What Kubernetes wants: services and endpoint slices as the API server had them. In go objects of {@code kubectl get … -o
 * json}, out goes {@link io.ghostmap.evidence.kubernetes.Intent}. These are claims like any other evidence: nothing here
 * compares them with the agent or with a map.
 */
@NullMarked
package io.ghostmap.evidence.kubernetes;

import org.jspecify.annotations.NullMarked;
