/**
 * What Kubernetes wants: services and endpoint slices as the API server had them. Takes the objects of {@code kubectl get …
 * -o json}, and returns an {@link io.ghostmap.evidence.kubernetes.Intent}. These are claims like any other evidence; they are
 * never compared here with the agent or with a map.
 */
@NullMarked
package io.ghostmap.evidence.kubernetes;

import org.jspecify.annotations.NullMarked;
